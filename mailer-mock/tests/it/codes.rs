//! The codes of messages. `tests/codes` has emails in the manner of banks, shops and online services, each with the
//! right answer in its first header field.

use std::path::Path;

use crate::support::Receiver;

#[tokio::test]
async fn finds_the_code_of_every_email() {
    let mut receiver = Receiver::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codes");
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let (mut wrong, mut without_code) = (Vec::new(), 0);
    for file in &files {
        let email = std::fs::read(file).expect("an email");
        let answer = String::from_utf8_lossy(email.split(|&byte| byte == b'\n').next().expect("a line")).into_owned();
        let answer = answer.strip_prefix("Right-Answer:").expect("the answer");
        let right: Vec<&str> = answer.split_whitespace().collect();
        without_code += usize::from(right.is_empty());
        let message = receiver.receive(&email).await;
        if message.codes != right {
            wrong.push(format!("{}: {:?}, not {right:?}", file.display(), message.codes));
        }
    }
    assert_eq!(wrong, [""; 0]);
    let count = files.len();
    assert!(
        count >= 60 && without_code >= 10,
        "{count} emails, {without_code} without a code"
    );
}

async fn find(receiver: &mut Receiver, subject: &str, text: &str, html: &str) -> Vec<String> {
    let message = format!(
        "Subject: {subject}\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n{text}\n--b\nContent-Type: text/html\n\n\
         {html}\n--b--"
    );
    receiver.receive(message).await.codes.clone()
}

#[tokio::test]
async fn finds_codes() {
    let mut receiver = Receiver::start().await;
    for (text, code) in [
        ("4466 is your activation code", "4466"),
        ("Your activation code is 4466.", "4466"),
        ("Your activation code: 0042", "0042"),
        ("Enter the PIN 90210", "90210"),
        ("Passcode=12345678", "12345678"),
        ("G-123456 is your Google verification code.", "123456"),
        ("VERIFICATION\n\n  4466  \n", "4466"),
        ("Here is your code:\n\n4466\n\nIt lasts 60 seconds.", "4466"),
        ("4466\n\nUse this code within a minute.", "4466"),
        (
            "This is the activation code that you asked for when you registered, please type it in:\n\n4466\n",
            "4466",
        ),
        ("The code is\n4466 and it lasts 3600 seconds.", "4466"),
        ("https://example.com/activate?code=4466", "4466"),
        ("2026 is your activation code", "2026"),
        ("Your code is 1999\n\n(c) 2026 Example Inc.", "1999"),
        ("Your code is 4466. Code 4466 lasts a minute.", "4466"),
        ("The code is A4466", "A4466"),
        ("Ваш PIN 4466", "4466"),
        ("Sign in from +1 555 0100 with code 4466", "4466"),
        ("Order 123456: your pickup code is 4466", "4466"),
        ("您的验证码:739204,10分钟内有效", "739204"),
        ("認証コード:4466,5分以内に入力", "4466"),
        ("code 4466 for dev.example.com:8443", "4466"),
        ("Sign in at dev.example.com:8443 with code 4466", "4466"),
    ] {
        assert_eq!(find(&mut receiver, "", text, "").await, [code], "{text}");
    }
}

#[tokio::test]
async fn finds_any_4_digit_code() {
    let mut receiver = Receiver::start().await;
    // All that look like years, and every 13th of the others.
    for number in (0..10_000).filter(|number| (1_900..2_100).contains(number) || number % 13 == 0) {
        let code = format!("{number:04}");
        let subject = format!("{code} is your activation code");
        let text = format!("Your activation code:\n\n{code}\n\nIt lasts 60 seconds.");
        assert_eq!(find(&mut receiver, &subject, "", "").await, [code.as_str()]);
        assert_eq!(find(&mut receiver, "", &text, "").await, [code.as_str()]);
    }
}

#[tokio::test]
async fn ignores_other_numbers() {
    let mut receiver = Receiver::start().await;
    for text in [
        "",
        "Your order 4466 has been shipped",
        "Your code\n\n(c) 2026 Example Inc.",
        "Verification \u{a9} Example Inc. 2026",
        "Code of conduct, Copyright 2026",
        "Code sent on 12 March 2026",
        "Code sent on March 12, 2026",
        "Code sent on 2026-03-12 at 10:1530",
        "With the code it costs $1299.00",
        "With the code it costs $1299",
        "With the code it costs 1299 \u{20ac}",
        "With the code it costs USD 1299",
        "Lost your code? Call +1 555 0100",
        "Lost your code? Call 555-0100",
        "Lost your code? Call (020) 7946 0000",
        "Code for order number 123456",
        "Get the code at localhost:8025",
        "localhost:8025 shows the code",
        "dev.example.com:8443 asks for a code",
        "验证码服务费是1,200,5分钟",
        "Code for invoice 123456",
        "Code for account no. 123456",
        "Code for issue #123456",
        "The code lasts 3600 seconds",
        "The code is 123",
        "The code is 123456789",
        "The code is 4466_1",
        "Code for 12,3456,7 people",
        "Save 1500% with this code",
        "Code by 4466@example.com",
        "Your zip code is 90210",
        "It failed with error code 5002",
        "encode 4466 decode",
        "The code follows in the next mail, which will arrive shortly after this one: 4466 of you wait",
        "Code\n\nThis line has 4466 of something",
        "Code\n\nOne line\n\nTwo lines\n\n4466\n",
    ] {
        assert_eq!(find(&mut receiver, "", text, "").await, [""; 0], "{text}");
    }
}

#[tokio::test]
async fn subject_comes_first_and_duplicates_are_dropped() {
    let mut receiver = Receiver::start().await;
    let codes = find(
        &mut receiver,
        "Your code is 1111",
        "Your code is 2222, no longer code 1111",
        "Your code is 3333 or code 2222",
    )
    .await;
    assert_eq!(codes, ["1111", "2222", "3333"]);
}

#[tokio::test]
async fn limits_input_and_output() {
    let mut receiver = Receiver::start().await;
    let many: Vec<String> = (1000..2000).map(|n| format!("code {n}")).collect();
    let many = many.join("; ");
    assert_eq!(find(&mut receiver, "", &many, "").await.len(), 10);

    let late = format!("{} code 4466", "\u{e9}".repeat(32 * 1024));
    assert_eq!(find(&mut receiver, "", &late, "").await, [""; 0]);
}

#[tokio::test]
async fn finds_the_words_for_a_code_and_skips_decoys() {
    let mut receiver = Receiver::start().await;
    for text in [
        "Your OTP is 482913.",
        "Your one-time password is 482913",
        "Passcode: 482913",
        "G-482913 is your code",
        "code 482 913",
        "482-913 is your code",
        "Your code is 482\u{200b}913",
        "Ihre mTAN lautet 482913",
        "Bestätigungscode: 482913",
        "Votre code de vérification : 482913",
        "Tu código es 482913",
        "Il codice è 482913",
        "Uw eenmalige code is 482913",
        "Din engångskod är 482913",
        "Koodisi on 482913",
        "Kod: 482913",
        "Ваш код 482913",
        "Ο κωδικός σας: 482913",
        "認証コードは「482913」です",
        "您的验证码是482913，请勿泄露",
        "인증번호 482913를 입력하세요",
        "كود التفعيل: ٤٨٢٩١٣",
        "您尾号1234的账户正在登录，验证码482913",
        "Your verification code for the account ending in 1234 is 482913",
        "Postal code: 94103\nVerification code: 482913",
        "Amount 5000. OTP 482913",
        "Hi 4412, your login code is 482913",
        "Meeting ID: 812 3456 7890\nPasscode: 482913",
        "Code: 482913 (10 min)",
        "Here is the code for your account: 482913",
        "Ada, use 482913 as your login code",
        "Your code:\n\n[ 482913 ]\n",
        "*482913* is your code",
        "Codul dvs. de verificare este 482913",
        "OTP for Rs. 12990 on the card ending 4412 at Shop is 482913. Do not share it.",
        "The code for Mr. Lovelace is 482913.",
        "Code for no. 5 at St. James: 482913",
        "Use 482913 to sign in. This code expires in 10 minutes.",
        "Hi Ada,\n\nEnter 482913 to continue.\n\nYour code works once.",
        "Verwende 482913, um dich anzumelden. Der Code gilt 10 Minuten.",
        "Saisissez 482913 pour vous connecter. Ce code expire dans 10 minutes.",
        "Ingresa 482913 para continuar. El código vence en 10 minutos.",
        "Please type in 482913. The code is good for 10 minutes.",
        "Vul 482913 in om in te loggen. De code is 10 minuten geldig.",
        "Enter 4500 to redeem points. The code is 482913.",
        "Your code is 482913. It expires at 14:35. Ref. 99887766.",
    ] {
        assert_eq!(find(&mut receiver, "", text, "").await, ["482913"], "{text}");
    }
    for (text, code) in [
        ("In 2026 your code is 4466.", "4466"),
        ("Your code is A7K9QX", "A7K9QX"),
        ("Confirmation code: XQ3-9LZ", "XQ3-9LZ"),
    ] {
        assert_eq!(find(&mut receiver, "", text, "").await, [code], "{text}");
    }
    for text in [
        "Use code SAVE20 at checkout",
        "Gift card code: ABCD-1234",
        "Verification failed (error 4829)",
        "We sent a code to ***4477",
        "Order ID: 482913. Never share your PIN.",
        "Seat A7K9QX, code of conduct",
        "code SHA256",
        "Your code is BELOW",
        "Use 4500 points today. No code is needed.",
        "We use 4829 servers. Read the code.",
        "Enter 10115 Berlin. No code.",
        "Use 2026 to plan ahead. No code is needed.",
    ] {
        assert_eq!(find(&mut receiver, "", text, "").await, [""; 0], "{text}");
    }
}
