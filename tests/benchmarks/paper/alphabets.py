# SPDX-License-Identifier: GPL-3.0-only
"""Words in many alphabets, and the fonts in which the network of `documents.imaging.letters` learns
each: Debian's packages that `positions` does not draw its pages with. Used by `letter_shapes` and
`positions`.
"""

from __future__ import annotations

from typing import NamedTuple


class Alphabet(NamedTuple):
    """Words for drawn pages.

    Attributes:
        words: separated by spaces.
        packages: fonts to learn from; those of Latin, Cyrillic and Arabic are in `letter_shapes`.
        fonts: files of theirs to take; all for none.
    """

    words: str
    packages: str = ""
    fonts: tuple[str, ...] = ()


LATIN = Alphabet(
    "la personne paie son loyer chaque mois sans retard pour une demande de logement avec pièce "
    "jointe adresse revenu conjoint enfant dossier caisse mairie droit bail quittance facture "
    "électricité banque salaire net imposable gestion juillet payer quatre hôpital prestation"
)
CYRILLIC = Alphabet(
    "человек платит за жильё каждый месяц без задержки заявление о предоставлении жилого помещения "
    "документ адрес доход супруг ребёнок касса мэрия право договор счёт электричество банк зарплата"
)
ARABIC = Alphabet(
    "الشخص يدفع الإيجار كل شهر دون تأخير طلب سكن مع الوثيقة المرفقة العنوان الدخل الزوج "
    "الطفل الملف الصندوق البلدية الحق العقد الفاتورة الكهرباء البنك الراتب"
)
OTHERS = {
    "Greek": Alphabet(
        "ο άνθρωπος πληρώνει το ενοίκιο κάθε μήνα χωρίς καθυστέρηση αίτηση για κατοικία έγγραφο",
        "fonts-gfs-neohellenic fonts-gfs-olga fonts-gfs-solomos fonts-gfs-porson "
        "fonts-gfs-baskerville fonts-gfs-theokritos",
    ),
    "Hebrew": Alphabet(
        "האדם משלם את שכר הדירה בכל חודש ללא דיחוי בקשה לדיור מסמך כתובת הכנסה בן זוג ילד תיק",
        "fonts-culmus fonts-sil-ezra",
    ),
    "Armenian": Alphabet(
        "մարդը ամեն ամիս առանց ուշացման վճարում է վարձը բնակարանի դիմում փաստաթուղթ հասցե եկամուտ",
        "fonts-freefont-ttf",
        ("FreeSerif.ttf", "FreeSerifBold.ttf", "FreeSerifItalic.ttf", "FreeMono.ttf"),
    ),
    "Georgian": Alphabet(
        "ადამიანი ყოველთვიურად დაგვიანების გარეშე იხდის ქირას განცხადება საცხოვრებლის დოკუმენტი",
        "fonts-bpg-georgian",
    ),
    "Devanagari": Alphabet(
        "व्यक्ति हर महीने बिना देरी के किराया देता है आवास के लिए आवेदन दस्तावेज़ पता आय बच्चा फ़ाइल",
        "fonts-lohit-deva fonts-gargi fonts-nakula fonts-sahadeva fonts-sarai fonts-samyak-deva",
    ),
    "Bengali": Alphabet(
        "ব্যক্তি প্রতি মাসে দেরি না করে ভাড়া দেয় আবাসনের জন্য আবেদন নথি ঠিকানা আয় সন্তান",
        "fonts-lohit-beng-bengali fonts-beng-extra",
    ),
    "Gujarati": Alphabet(
        "વ્યક્તિ દર મહિને વિલંબ વિના ભાડું ચૂકવે છે આવાસ માટે અરજી દસ્તાવેજ સરનામું આવક બાળક",
        "fonts-lohit-gujr fonts-samyak-gujr",
    ),
    "Tamil": Alphabet(
        "நபர் ஒவ்வொரு மாதமும் தாமதமின்றி வாடகை செலுத்துகிறார் வீட்டிற்கான விண்ணப்பம் ஆவணம் முகவரி",
        "fonts-lohit-taml fonts-samyak-taml fonts-lohit-taml-classical",
    ),
    "Telugu": Alphabet(
        "వ్యక్తి ప్రతి నెల ఆలస్యం లేకుండా అద్దె చెల్లిస్తాడు గృహ దరఖాస్తు పత్రం చిరునామా ఆదాయం",
        "fonts-lohit-telu fonts-telu-extra",
    ),
    "Malayalam": Alphabet(
        "വ്യക്തി എല്ലാ മാസവും കാലതാമസമില്ലാതെ വാടക നൽകുന്നു ഭവന അപേക്ഷ രേഖ വിലാസം വരുമാനം",
        "fonts-smc-meera fonts-smc-rachana fonts-smc-anjalioldlipi",
    ),
    "Sinhala": Alphabet(
        "පුද්ගලයා සෑම මසකම ප්‍රමාදයකින් තොරව කුලිය ගෙවයි නිවාස අයදුම්පත ලේඛනය ලිපිනය ආදායම දරුවා",
        "fonts-lklug-sinhala",
    ),
    "Thai": Alphabet(
        "บุคคล จ่าย ค่าเช่า ทุกเดือน โดยไม่ ล่าช้า คำขอ ที่อยู่อาศัย เอกสาร ที่อยู่ รายได้ คู่สมรส ลูก",
        "fonts-tlwg-garuda-ttf fonts-tlwg-kinnari-ttf fonts-tlwg-loma-ttf fonts-tlwg-norasi-ttf "
        "fonts-tlwg-waree-ttf fonts-tlwg-umpush-ttf fonts-tlwg-sawasdee-ttf",
    ),
    "Lao": Alphabet("ບຸກຄົນ ຈ່າຍ ຄ່າເຊົ່າ ທຸກເດືອນ ໂດຍບໍ່ ຊັກຊ້າ ຄໍາຮ້ອງ ເອກະສານ ທີ່ຢູ່ ລາຍຮັບ ລູກ", "fonts-lao"),
    "Khmer": Alphabet(
        "បុគ្គល បង់ ថ្លៃ ឈ្នួល ផ្ទះ រៀងរាល់ ខែ ដោយ មិន យឺត ពាក្យ សុំ ឯកសារ អាសយដ្ឋាន ចំណូល កូន",
        "fonts-khmeros",
    ),
    "Ethiopic": Alphabet(
        "ሰውየው በየወሩ ያለ መዘግየት የቤት ኪራይ ይከፍላል ማመልከቻ ሰነድ አድራሻ ገቢ ልጅ",
        "fonts-sil-abyssinica fonts-senamirmir-washra",
    ),
    "Chinese": Alphabet(
        "本人 每月 按时 支付 房租 住房 申请 附件 文件 地址 收入 配偶 孩子 档案 合同 发票 银行",
        "fonts-arphic-gbsn00lp fonts-arphic-ukai fonts-wqy-zenhei",
    ),
    "Korean": Alphabet(
        "사람은 매달 지체 없이 임대료를 낸다 주택 신청서 첨부 서류 주소 소득 배우자 자녀 시청 계약",
        "fonts-unfonts-core",
    ),
}
"""Those in which callers' papers come, beside Latin, Cyrillic and Arabic."""
