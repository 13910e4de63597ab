//! The verification mail in many languages, each in the charset that mailers of its speakers use.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, ISO_2022_JP, ISO_8859_2, ISO_8859_7, KOI8_R, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};

use super::language::{Digits, Language};

type Row = (&'static str, &'static Encoding, Digits, [&'static str; 4]);

const fn language((tag, charset, digits, [subject, greeting, intro, outro]): Row) -> Language {
    let right_to_left = matches!(tag.as_bytes(), b"ar" | b"fa" | b"he");
    Language { tag, charset, right_to_left, digits, subject, greeting, intro, outro }
}

pub static LANGUAGES: [Language; 22] = [
    language((
        "ar",
        WINDOWS_1256,
        Digits::Ascii,
        [
            "رمز التحقق الخاص بك في ModelsLab",
            "مرحبا {}،",
            "رمز التحقق الخاص بك هو:",
            "إذا لم تنشئ حسابا، فلا داعي لاتخاذ أي إجراء.",
        ],
    )),
    language((
        "cs",
        WINDOWS_1250,
        Digits::Grouped('-'),
        [
            "Váš ověřovací kód pro ModelsLab",
            "Dobrý den, {},",
            "Váš ověřovací kód je:",
            "Pokud jste si účet nezaložili, nemusíte nic dělat.",
        ],
    )),
    language((
        "de",
        WINDOWS_1252,
        Digits::Ascii,
        [
            "Ihr Bestätigungscode für ModelsLab",
            "Guten Tag {},",
            "Ihr Bestätigungscode lautet:",
            "Falls Sie kein Konto angelegt haben, müssen Sie nichts tun.",
        ],
    )),
    language((
        "el",
        ISO_8859_7,
        Digits::Ascii,
        [
            "Ο κωδικός επαλήθευσης ModelsLab",
            "Γεια σας {},",
            "Ο κωδικός επαλήθευσής σας είναι:",
            "Αν δεν δημιουργήσατε λογαριασμό, δεν χρειάζεται να κάνετε τίποτα.",
        ],
    )),
    language((
        "es",
        UTF_8,
        Digits::Ascii,
        [
            "Tu código de verificación de ModelsLab",
            "Hola, {}:",
            "Tu código de verificación es:",
            "Si no has creado ninguna cuenta, no tienes que hacer nada.",
        ],
    )),
    language((
        "fa",
        UTF_8,
        Digits::From('۰'),
        ["کد تأیید ModelsLab شما", "سلام {}،", "کد تأیید شما:", "اگر حسابی نساخته‌اید، لازم نیست کاری انجام دهید."],
    )),
    language((
        "fr",
        WINDOWS_1252,
        Digits::Grouped(' '),
        [
            "Votre code de vérification ModelsLab",
            "Bonjour {},",
            "Votre code de vérification est :",
            "Si vous n'avez pas créé de compte, vous n'avez rien à faire.",
        ],
    )),
    language((
        "he",
        WINDOWS_1255,
        Digits::Ascii,
        ["קוד האימות שלך ב-ModelsLab", "שלום {},", "קוד האימות שלך הוא:", "אם לא יצרת חשבון, אין צורך לעשות דבר."],
    )),
    language((
        "hi",
        UTF_8,
        Digits::From('०'),
        [
            "आपका ModelsLab सत्यापन कोड",
            "नमस्ते {},",
            "आपका सत्यापन कोड है:",
            "यदि आपने खाता नहीं बनाया है, तो कुछ करने की आवश्यकता नहीं है।",
        ],
    )),
    language((
        "it",
        WINDOWS_1252,
        Digits::Ascii,
        [
            "Il tuo codice di verifica ModelsLab",
            "Ciao {},",
            "Il tuo codice di verifica è:",
            "Se non hai creato un account, non devi fare nulla.",
        ],
    )),
    language((
        "ja",
        ISO_2022_JP,
        Digits::From('０'),
        [
            "ModelsLab 確認コードのお知らせ",
            "{} 様",
            "確認コード：",
            "アカウントを作成していない場合は、このメールを無視してください。",
        ],
    )),
    language((
        "ko",
        EUC_KR,
        Digits::Ascii,
        [
            "ModelsLab 인증번호 안내",
            "{}님, 안녕하세요.",
            "인증번호:",
            "계정을 만들지 않으셨다면 이 메일을 무시하셔도 됩니다.",
        ],
    )),
    language((
        "nl",
        WINDOWS_1252,
        Digits::Ascii,
        [
            "Je verificatiecode voor ModelsLab",
            "Hallo {},",
            "Je verificatiecode is:",
            "Als je geen account hebt aangemaakt, hoef je niets te doen.",
        ],
    )),
    language((
        "pl",
        ISO_8859_2,
        Digits::Grouped(' '),
        [
            "Twój kod weryfikacyjny ModelsLab",
            "Cześć {},",
            "Twój kod weryfikacyjny to:",
            "Jeśli nie zakładasz konta, nie musisz nic robić.",
        ],
    )),
    language((
        "pt",
        UTF_8,
        Digits::Ascii,
        [
            "Seu código de verificação do ModelsLab",
            "Olá, {}!",
            "Seu código de verificação é:",
            "Se você não criou uma conta, nenhuma ação é necessária.",
        ],
    )),
    language((
        "ru",
        KOI8_R,
        Digits::Ascii,
        [
            "Код подтверждения ModelsLab",
            "Здравствуйте, {}!",
            "Ваш код подтверждения:",
            "Если вы не создавали учётную запись, ничего делать не нужно.",
        ],
    )),
    language((
        "th",
        WINDOWS_874,
        Digits::Ascii,
        ["รหัสยืนยัน ModelsLab ของคุณ", "สวัสดี {}", "รหัสยืนยันของคุณคือ:", "หากคุณไม่ได้สร้างบัญชี คุณไม่ต้องทำอะไร"],
    )),
    language((
        "tr",
        WINDOWS_1254,
        Digits::Ascii,
        [
            "ModelsLab doğrulama kodunuz",
            "Merhaba {},",
            "Doğrulama kodunuz:",
            "Hesap oluşturmadıysanız bir şey yapmanız gerekmez.",
        ],
    )),
    language((
        "uk",
        WINDOWS_1251,
        Digits::Ascii,
        [
            "Код підтвердження ModelsLab",
            "Вітаємо, {}!",
            "Ваш код підтвердження:",
            "Якщо ви не створювали обліковий запис, нічого робити не потрібно.",
        ],
    )),
    language((
        "vi",
        UTF_8,
        Digits::Ascii,
        [
            "Mã xác minh ModelsLab của bạn",
            "Xin chào {},",
            "Mã xác minh của bạn là:",
            "Nếu bạn không tạo tài khoản, bạn không cần làm gì thêm.",
        ],
    )),
    language((
        "zh-cn",
        GBK,
        Digits::Ascii,
        ["您的 ModelsLab 验证码", "{}，您好！", "您的验证码是：", "如果您没有注册账号，请忽略此邮件。"],
    )),
    language((
        "zh-tw",
        BIG5,
        Digits::Ascii,
        ["您的 ModelsLab 驗證碼", "{}，您好！", "您的驗證碼為：", "如果您沒有註冊帳號，請忽略這封郵件。"],
    )),
];
