BEGIN TRANSACTION;
CREATE TABLE about (
	format INTEGER NOT NULL, 
	PRIMARY KEY (format)
);
INSERT INTO "about" VALUES(1);
CREATE TABLE document (
	id INTEGER NOT NULL, 
	document_id VARCHAR(40) NOT NULL, 
	organisation VARCHAR(40) NOT NULL, 
	dossier_id INTEGER NOT NULL, 
	upload_id VARCHAR(40) NOT NULL, 
	piece_id VARCHAR(40) NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	pages INTEGER NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	path VARCHAR(200) NOT NULL, 
	filed_at_utc DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (organisation, upload_id), 
	UNIQUE (document_id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
CREATE TABLE dossier (
	id INTEGER NOT NULL, 
	organisation VARCHAR(40) NOT NULL, 
	number VARCHAR(40) NOT NULL, 
	caller_name VARCHAR(500) NOT NULL, 
	caller_number VARCHAR(40) NOT NULL, 
	born_on VARCHAR(10) NOT NULL, 
	procedure VARCHAR(500) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (organisation, number)
);
INSERT INTO "dossier" VALUES(1,'caf31','2026-0042','Éloïse Garance','1234567','1987-02-14','Aide au logement');
CREATE TABLE piece (
	id INTEGER NOT NULL, 
	dossier_id INTEGER NOT NULL, 
	piece_id VARCHAR(40) NOT NULL, 
	place INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (dossier_id, piece_id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
INSERT INTO "piece" VALUES(1,1,'identity',0,'Pièce d''identité','accepted','');
CREATE INDEX dossier_by_caller ON dossier (organisation, caller_number);
CREATE INDEX ix_document_dossier_id ON document (dossier_id);
COMMIT;
