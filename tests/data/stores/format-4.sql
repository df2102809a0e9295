-- A store of dossiers in layout 4, as the program of that time made it. Invented people.
BEGIN TRANSACTION;
CREATE TABLE about (
	format INTEGER NOT NULL, 
	PRIMARY KEY (format)
);
INSERT INTO "about" VALUES(4);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	organisation VARCHAR(40) NOT NULL, 
	document_key INTEGER NOT NULL, 
	target VARCHAR(40) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	remote_id VARCHAR(500) NOT NULL, 
	receipt VARCHAR(200) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	words VARCHAR(500) NOT NULL, 
	tries INTEGER NOT NULL, 
	next_try_utc DATETIME NOT NULL, 
	claimed_until_utc DATETIME NOT NULL, 
	changed_at_utc DATETIME NOT NULL, 
	by_name VARCHAR(500) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (document_key, target), 
	FOREIGN KEY(document_key) REFERENCES document (id)
);
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
CREATE TABLE document_page (
	id INTEGER NOT NULL, 
	document_key INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	original_sha256 VARCHAR(64) NOT NULL, 
	look VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(document_key) REFERENCES document (id)
);
CREATE TABLE document_version (
	id INTEGER NOT NULL, 
	document_key INTEGER NOT NULL, 
	replaces_key INTEGER NOT NULL, 
	why VARCHAR(500) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (document_key), 
	FOREIGN KEY(document_key) REFERENCES document (id), 
	UNIQUE (replaces_key), 
	FOREIGN KEY(replaces_key) REFERENCES document (id)
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
INSERT INTO "dossier" VALUES(2,'caf31','2026-0043','Bruno L''Aubépin-Morel','','1990-12-01','');
CREATE TABLE dossier_act (
	id INTEGER NOT NULL, 
	organisation VARCHAR(40) NOT NULL, 
	dossier_id INTEGER, 
	kind VARCHAR(40) NOT NULL, 
	about VARCHAR(500) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	by_user VARCHAR(40) NOT NULL, 
	by_name VARCHAR(500) NOT NULL, 
	at_utc DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
CREATE TABLE note (
	id INTEGER NOT NULL, 
	dossier_id INTEGER NOT NULL, 
	note_id VARCHAR(40) NOT NULL, 
	text VARCHAR(500) NOT NULL, 
	by_name VARCHAR(500) NOT NULL, 
	at_utc DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (dossier_id, note_id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
INSERT INTO "note" VALUES(1,1,'n1','Rappeler lundi.','Alice M.','2026-03-02 09:00:00.000000');
CREATE TABLE piece (
	id INTEGER NOT NULL, 
	dossier_id INTEGER NOT NULL, 
	piece_id VARCHAR(40) NOT NULL, 
	place INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason VARCHAR(500) NOT NULL, procedure VARCHAR(40) DEFAULT '' NOT NULL, hint VARCHAR(1100) DEFAULT '' NOT NULL, any_of TEXT DEFAULT '[]' NOT NULL, optional INTEGER DEFAULT '0' NOT NULL, decided_by VARCHAR(500) DEFAULT '' NOT NULL, holds_days INTEGER DEFAULT '0' NOT NULL, expires_on VARCHAR(10) DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (dossier_id, piece_id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
INSERT INTO "piece" VALUES(1,1,'identity',0,'Pièce d''identité','accepted','','','','[]',0,'',0,'');
CREATE TABLE piece_event (
	id INTEGER NOT NULL, 
	dossier_id INTEGER NOT NULL, 
	piece_id VARCHAR(40) NOT NULL, 
	was VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	by_name VARCHAR(500) NOT NULL, 
	site VARCHAR(500) NOT NULL, 
	kiosk VARCHAR(40) NOT NULL, 
	at_utc DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(dossier_id) REFERENCES dossier (id)
);
INSERT INTO "piece_event" VALUES(1,1,'identity','expected','accepted','','Alice M.','','','2026-03-02 09:00:00.000000');
CREATE INDEX dossier_by_caller ON dossier (organisation, caller_number);
CREATE INDEX ix_document_dossier_id ON document (dossier_id);
CREATE INDEX ix_piece_event_dossier_id ON piece_event (dossier_id);
CREATE INDEX ix_document_page_original_sha256 ON document_page (original_sha256);
CREATE INDEX ix_document_page_document_key ON document_page (document_key);
CREATE INDEX delivery_due ON delivery (target, state, next_try_utc);
CREATE INDEX delivery_of ON delivery (organisation, state, id);
CREATE INDEX ix_dossier_act_dossier_id ON dossier_act (dossier_id);
CREATE VIRTUAL TABLE document_words USING fts5(words, tokenize='unicode61', content='');
COMMIT;
