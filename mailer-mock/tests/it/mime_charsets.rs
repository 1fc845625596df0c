//! Character sets other than UTF-8, and wrong or missing ones.

use percent_encoding::percent_decode_str;

use crate::support::Receiver;

#[tokio::test]
async fn reads_character_sets_in_subject_text_and_file_names() {
    let mut receiver = Receiver::start().await;
    for (charset, base64, percent, text) in [
        (
            "iso-2022-jp",
            "GyRCRyc+WiUzITwlSRsoQg==",
            "%1B%24%42%47%27%3E%5A%25%33%21%3C%25%49%1B%28%42",
            "認証コード",
        ),
        (
            "Shift_JIS",
            "lEaP2INSgVuDaA==",
            "%94%46%8F%D8%83%52%81%5B%83%68",
            "認証コード",
        ),
        (
            "x-sjis",
            "lEaP2INSgVuDaA==",
            "%94%46%8F%D8%83%52%81%5B%83%68",
            "認証コード",
        ),
        (
            "EUC-JP",
            "x6e+2qWzobylyQ==",
            "%C7%A7%BE%DA%A5%B3%A1%BC%A5%C9",
            "認証コード",
        ),
        ("gb18030", "0enWpMLr", "%D1%E9%D6%A4%C2%EB", "验证码"),
        ("gb2312", "0enWpMLr", "%D1%E9%D6%A4%C2%EB", "验证码"),
        ("GBK", "0enWpMLr", "%D1%E9%D6%A4%C2%EB", "验证码"),
        ("Big5", "xefD0r1Y", "%C5%E7%C3%D2%BD%58", "驗證碼"),
        ("euc-kr", "wM7B9bn4yKM=", "%C0%CE%C1%F5%B9%F8%C8%A3", "인증번호"),
        ("ks_c_5601-1987", "wM7B9bn4yKM=", "%C0%CE%C1%F5%B9%F8%C8%A3", "인증번호"),
        ("koi8-r", "y8/E", "%CB%CF%C4", "код"),
        ("windows-1251", "6u7k", "%EA%EE%E4", "код"),
        ("utf-16le", "OgQ+BDQE", "%3A%04%3E%04%34%04", "код"),
        ("utf8", "0LrQvtC0", "%D0%BA%D0%BE%D0%B4", "код"),
    ] {
        let raw = percent_decode_str(percent).collect::<Vec<u8>>();
        let head = format!(
            "From: =?{charset}?B?{base64}?= <a@example.com>\nSubject: =?{charset}?b?{base64}?=\n\
             Content-Type: multipart/mixed; boundary=b\n\n--b\n\
             Content-Type: text/plain; charset=\"{charset}\"\nContent-Transfer-Encoding: base64\n\n{base64}\n--b\n\
             Content-Type: application/pdf; name=\"=?{charset}?B?{base64}?=\"\n\n--b\n\
             Content-Type: application/pdf\nContent-Disposition: attachment; filename*={charset}''{percent}\n\n--b\n\
             Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
        );
        // UTF-16 has no 8bit form.
        let html = if charset == "utf-16le" { Vec::new() } else { raw };
        let message = receiver.receive([head.as_bytes(), &html, b"\n--b--\n"].concat()).await;
        let from = message.from.as_ref().map(|from| from.name.as_str());
        assert_eq!((from, message.subject.as_str()), (Some(text), text), "{charset}");
        let names: Vec<&str> = message.attachments.iter().map(|a| a.file_name.as_str()).collect();
        assert_eq!(names, [text, text], "{charset}");
        assert_eq!(message.text, text, "{charset}");
        assert!(html.is_empty() || message.html == text, "{charset}: {}", message.html);
    }
}

#[tokio::test]
async fn reads_text_with_a_wrong_or_missing_character_set() {
    let mut receiver = Receiver::start().await;
    for (head, body, text) in [
        (
            "Content-Type: text/plain; charset=us-ascii",
            "f\u{fc}r 4466".as_bytes(),
            "f\u{fc}r 4466",
        ),
        (
            "Content-Type: text/plain; charset=ISO-8859-1",
            "f\u{fc}r".as_bytes(),
            "f\u{fc}r",
        ),
        ("Content-Type: text/plain; charset=iso-8859-1", b"f\xfcr", "f\u{fc}r"),
        ("Content-Type: text/plain; charset=us-ascii", b"f\xfcr", "f\u{fc}r"),
        (
            "Content-Type: text/plain; charset='utf-8'",
            "f\u{fc}r".as_bytes(),
            "f\u{fc}r",
        ),
        (
            "Content-Type: text/plain; charset=cp932",
            b"\x94\x46\x8f\xd8",
            "\u{8a8d}\u{8a3c}",
        ),
        (
            "Content-Type: text/plain; charset=nonsense",
            "f\u{fc}r".as_bytes(),
            "f\u{fc}r",
        ),
        ("X-No: type", "\u{feff}f\u{fc}r".as_bytes(), "f\u{fc}r"),
        ("X-No: type", b"f\xfcr \x80", "f\u{fc}r \u{20ac}"),
        ("Content-Type: text/plain; charset=nonsense", b"f\xfcr", "f\u{fc}r"),
        ("Content-Type: text/html", b"f\xfcr", "f\u{fc}r"),
        ("Content-Type: text/plain; charset=utf-8", b"f\xfcr", "f\u{fffd}r"),
        (
            "Content-Type: text/html",
            b"<html><head><META charset=gb2312></head>\xd1\xe9\xd6\xa4",
            "\u{9a8c}\u{8bc1}",
        ),
        (
            "Content-Type: text/html",
            b"<meta http-equiv=Content-Type content=\"text/html; charset=Shift_JIS\">\x94\x46\x8f\xd8",
            "\u{8a8d}\u{8a3c}",
        ),
        (
            "Content-Type: text/html; charset=utf-8",
            "<meta charset=latin1>f\u{fc}r".as_bytes(),
            "f\u{fc}r",
        ),
        (
            "Content-Type: text/plain; charset=gbk",
            b"\xc1\xaa\xcd\xa8",
            "\u{8054}\u{901a}",
        ),
    ] {
        let message = receiver.receive([head.as_bytes(), b"\n\n", body].concat()).await;
        assert_eq!(message.text.trim_end(), text, "{head}");
    }
}

#[tokio::test]
async fn reads_headers_that_are_encoded_in_unusual_ways() {
    let mut receiver = Receiver::start().await;
    for (header, subject) in [
        ("From ada@example.com Thu Mar 12 10:15:30 2026\nSubject: one", "one"),
        (">From ada@example.com Thu Mar 12 10:15:30 2026\nSubject: one", "one"),
        ("\u{feff}Subject: one", "one"),
        ("Subject : one", "one"),
        ("Subject: =?utf-8?Q?one\n two?=", "one two"),
        // A character is split between two encoded words.
        (
            "Subject: =?utf-8?B?w7zi?= =?UTF-8?B?gqw0NDY2w6k=?=",
            "\u{fc}\u{20ac}4466\u{e9}",
        ),
        ("Subject: =?utf-8?Q?=C3?=\n =?utf-8?Q?=BC_4466?=", "\u{fc} 4466"),
        ("Subject: =?utf-8?B?w7zi?==?utf-8?Q?=82=AC?=", "\u{fc}\u{20ac}"),
        ("Subject: =?gb2312?B?0Q==?= =?gb2312?B?6dak?=", "\u{9a8c}\u{8bc1}"),
        ("Subject: =?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("Subject: [=?utf-8?Q?=C3=BC?=] 4466", "[\u{fc}] 4466"),
        ("Subject: x=?utf-8?B?w7w=?=y", "x\u{fc}y"),
        ("Subject: \u{3010}=?utf-8?B?w7w=?=\u{3011}", "\u{3010}\u{fc}\u{3011}"),
        ("Subject: Re:=?utf-8?Q?=C3=BC?=: 4466", "Re:\u{fc}: 4466"),
        ("Subject: one\n  two\n\tthree", "one two three"),
        ("Subject: =?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "a\u{fc}"),
        ("Subject: =?utf-8*en?Q?one two_three?=", "one two three"),
        ("Subject: =?utf-8?Q?100%_=3D=ZZ?=", "100%_=3D=ZZ"),
        ("Subject: =?utf-8?Q?Ready?_Yes??=", "Ready? Yes?"),
        ("Subject: one\nSubject: two", "one"),
        ("Subject: \u{fc}ber\nsubject: two", "\u{fc}ber"),
        (
            "Content-Type: text/plain; charset=iso-2022-jp\nSubject: \x1b$BG'>Z\x1b(B",
            "\u{8a8d}\u{8a3c}",
        ),
    ] {
        assert_eq!(
            receiver.receive(format!("{header}\n\ntext").as_bytes()).await.subject,
            subject,
            "{header}"
        );
    }
    let raw = b"Content-Type: text/plain; charset=gbk\nSubject: \xd1\xe9\xd6\xa4\n\ntext";
    assert_eq!(receiver.receive(raw).await.subject, "\u{9a8c}\u{8bc1}");
    let unlabelled = b"Subject: f\xfcr\nFrom: Ren\xe9 <a@example.com>\n\ntext";
    let message = receiver.receive(unlabelled).await;
    let name = message.from.as_ref().map(|from| from.name.as_str());
    assert_eq!((message.subject.as_str(), name), ("f\u{fc}r", Some("Ren\u{e9}")));
    let twice = b"From: a@example.com\nFrom: b@example.com\nMessage-ID: <1@x>\nMessage-ID: <2@x>\n\ntext";
    let message = receiver.receive(twice).await;
    assert_eq!(
        message.from.as_ref().map(|from| from.address.as_str()),
        Some("a@example.com")
    );
    assert_eq!(message.message_id.as_deref(), Some("1@x"));
}
