//! Messages that email programs show although a standard forbids them, and character sets other than UTF-8.

use percent_encoding::percent_decode_str;

use crate::support::{Receiver, deliver, get, start};

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
        ("Subject: =?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=", "a\u{fc}"),
        ("Subject: =?utf-8*en?Q?one two_three?=", "one two three"),
        ("Subject: =?utf-8?Q?100%_=3D=ZZ?=", "100%_=3D=ZZ"),
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
    let twice = b"From: a@example.com\nFrom: b@example.com\nMessage-ID: <1@x>\nMessage-ID: <2@x>\n\ntext";
    let message = receiver.receive(twice).await;
    assert_eq!(
        message.from.as_ref().map(|from| from.address.as_str()),
        Some("a@example.com")
    );
    assert_eq!(message.message_id.as_deref(), Some("1@x"));
}

#[tokio::test]
async fn shows_the_text_of_broken_messages() {
    let mut receiver = Receiver::start().await;
    let part = "--b\nContent-Type: text/plain\n\nYour code: 4466\n--b\nContent-Type: text/html\n\n<p>4466\n--b--\n";
    for (name, message) in [
        (
            "a type without subtype",
            "Content-Type: text\n\nYour code: 4466".to_owned(),
        ),
        ("no type", "Content-Type:\n\nYour code: 4466".to_owned()),
        ("a word as type", "Content-Type: plain\n\nYour code: 4466".to_owned()),
        (
            "an empty subtype",
            "Content-Type: text/; charset=utf-8\n\nYour code: 4466".to_owned(),
        ),
        (
            "two types",
            "Content-Type: text/plain\nContent-Type: image/png\n\nYour code: 4466".to_owned(),
        ),
        ("no boundary", format!("Content-Type: multipart/alternative\n\n{part}")),
        (
            "a wrong boundary",
            format!("Content-Type: multipart/mixed; boundary=other\n\npreamble\n{part}"),
        ),
        (
            "an empty boundary",
            format!("Content-Type: multipart/mixed; boundary=\"\"\n\n{part}"),
        ),
        (
            "no delimiter",
            "Content-Type: multipart/mixed; boundary=b\n\nYour code: 4466".to_owned(),
        ),
        (
            "no delimiter and no boundary",
            "Content-Type: multipart/mixed\n\nYour code: 4466\n-- \nAda".to_owned(),
        ),
        (
            "an encoded signature",
            "Content-Transfer-Encoding: base64;\n\nWW91ciBjb2RlOiA0NDY2".to_owned(),
        ),
        (
            "a comment",
            "Content-Transfer-Encoding: Base64 (MIME)\n\nWW91ciBjb2RlOiA0NDY2".to_owned(),
        ),
        (
            "no padding",
            "Content-Transfer-Encoding: base64\n\nWW91ciBjb2RlOiA0NDY2Cg".to_owned(),
        ),
        (
            "a footer",
            "Content-Transfer-Encoding: base64\n\nWW91ciBjb2RlOiA0NDY2Cg==\n____\nlist".to_owned(),
        ),
        (
            "a bare =",
            "Content-Transfer-Encoding: quoted-printable\n\nYour code: 44=\n66\na = b=".to_owned(),
        ),
        (
            "an unknown encoding",
            "Content-Transfer-Encoding: utf-8\n\nYour code: 4466".to_owned(),
        ),
        ("no empty line", "Subject: x\n\nYour code: 4466".to_owned()),
    ] {
        let message = receiver.receive(message.as_bytes()).await;
        assert!(
            message.text.starts_with("Your code: 4466"),
            "{name}: {:?}",
            message.text
        );
        assert_eq!(message.codes, ["4466"], "{name}");
        assert_eq!(message.attachments, [], "{name}");
    }
}

#[tokio::test]
async fn a_named_text_is_a_file() {
    let mut receiver = Receiver::start().await;
    for (name, first, second, files) in [
        ("inline", "", "Content-Disposition: inline; filename=log.txt\n", 1),
        ("name", "", "Content-Type: text/plain; name=log.txt\n", 1),
        ("html", "", "Content-Type: text/html; name=log.html\n", 1),
        ("unnamed", "", "Content-Disposition: inline\n", 0),
        ("first", "Content-Disposition: inline; filename=log.txt\n", "", 1),
    ] {
        let mail =
            format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{first}\none\n--b\n{second}\ntwo\n--b--\n");
        let message = receiver.receive(mail.as_bytes()).await;
        assert_eq!(message.attachments.len(), files, "{name}");
        assert_eq!(
            message.text.lines().count() + usize::from(!message.html.is_empty()),
            2 - files,
            "{name}"
        );
    }
    // The text of the message can have a name.
    let alone = receiver
        .receive(b"Content-Type: text/plain; name=mail.txt\n\none")
        .await;
    assert_eq!((alone.text.trim_end(), alone.attachments.len()), ("one", 0));
    let alternative = "Content-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html; name=mail.html\n\n<p>two\n--b--\n";
    let alternative = receiver.receive(alternative.as_bytes()).await;
    assert_eq!(
        (alternative.html.as_str(), alternative.attachments.len()),
        ("<p>two", 0)
    );
}

#[tokio::test]
async fn date_out_of_range_is_replaced() {
    for (date, expected) in [
        ("Mon, 17 Sep 2018 08:59:30 +0600", Some("2018-09-17T08:59:30+06:00")),
        ("Mon, 17 Sep 2018 28:59:30 +0600", None),
        ("Fri, 31 Feb 2026 10:00:00 +0000", None),
        ("Mon, 17 Sep 2018 10:61:00 +0000", None),
        ("0 Jan 0000 00:00:00 +0000", None),
        ("Mon, 17 Sep 2018 10:00:00 +9900", None),
        ("17 Sep 18 08:59 GMT", Some("2018-09-17T08:59:00Z")),
        (
            "Mon,  7 Sep 2018\n 08:59:30 -0000 (comment)",
            Some("2018-09-07T08:59:30Z"),
        ),
        ("17 Foo 2018 10:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ] {
        let mock = start().await;
        deliver(&mock, "ada@example.com", &format!("Date: {date}\n\ntext")).await;
        let (_, json) = get(&mock, "/api/v1/message/latest").await;
        let expected = expected.unwrap_or_else(|| json["Created"].as_str().expect("a time"));
        assert_eq!(json["Date"], expected, "{date}");
    }
}

#[tokio::test]
async fn reads_single_parts_and_multiparts() {
    let mut receiver = Receiver::start().await;
    let nested = |levels: usize| {
        let level = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        let levels: Vec<String> = (0..levels).map(level).collect();
        levels.concat() + "\ntext"
    };
    let multipart = "Content-Type: multipart/mixed; boundary=\"outer\"\n\npreamble\n--outer\n\
        Content-Type: multipart/alternative; boundary=outer-inner\n\n--outer-inner  \n\n\
        text\n\n--outer-inner\nContent-Type: text/html\n\n<b>html</b>\n--outer-inner--\n\
        --outer\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--outer\n\
        Content-Type: message/rfc822\n\nSubject: x\n\nforwarded\n--outer\n\nmore\n--outer--\n\
        --outer\n\nepilogue\n";
    for (mail, text, html) in [
        ("just text".to_owned(), "just text", ""),
        ("Subject: x\n\none\ntwo".to_owned(), "one\ntwo", ""),
        ("Your code: 4466\n\ntext".to_owned(), "Your code: 4466\n\ntext", ""),
        ("\ntext".to_owned(), "text", ""),
        ("Content-Type: TEXT/HTML\n\n<p>one</p>".to_owned(), "one", "<p>one</p>"),
        ("Content-Type: image/png\n\nPNG".to_owned(), "", ""),
        (
            "Content-Transfer-Encoding: base64\n\nnot base64!".to_owned(),
            "not base64!",
            "",
        ),
        (multipart.to_owned(), "text\nmore", "<b>html</b>"),
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncut off".to_owned(),
            "cut off",
            "",
        ),
        ("Content-Type: multipart/mixed; boundary=b\n\n".to_owned(), "", ""),
        (nested(16), "text", ""),
        (nested(17), "", ""),
        (nested(20_000), "", ""),
        ("Content-Type: message/rfc822\n\n".repeat(50_000), "", ""),
    ] {
        let message = receiver.receive(&mail).await;
        let start = &mail[..mail.len().min(100)];
        assert_eq!(
            (message.text.trim_end(), message.html.trim_end()),
            (text, html),
            "{start}"
        );
    }
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(1_500)
    );
    assert_eq!(receiver.receive(parts).await.text.lines().count(), 1_000);
}

#[tokio::test]
async fn describes_attachments() {
    let mut receiver = Receiver::start().await;
    let long = "x".repeat(10_000);
    let mail = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n\
         --b\nContent-Type: application/PDF; name=old.pdf\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename*=UTF-8''%3Cb%3E%20%E2%82%AC.pdf\n\nJVBERg==\n\
         --b\nContent-Type: image/png\nContent-Disposition: inline\nContent-ID: <logo@x>\n\nPNG\n\
         --b\nContent-Type: image/gif\nContent-ID: <dot@x>\n\nGIF\n\
         --b\nContent-Type: message/rfc822\n\nSubject: forwarded\n\n--b\nContent-Type: image/png; name={long}\n\n\
         --b\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=utf-8''%E2%82;\n filename*1*=%ACuro.pdf\n\n\
         --b\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0=\"very \";\n filename*1=long.pdf\n\n--b--\n"
    );
    let message = receiver.receive(mail).await;
    assert_eq!(message.text, "text");
    let described: Vec<_> = message
        .attachments
        .iter()
        .map(|a| {
            (
                a.part,
                &*a.file_name,
                &*a.content_type,
                &*a.content_id,
                a.inline,
                a.size,
            )
        })
        .collect();
    assert_eq!(
        described,
        [
            (2, "<b> \u{20ac}.pdf", "application/pdf", "", false, 4),
            (3, "", "image/png", "logo@x", true, 3),
            (4, "", "image/gif", "dot@x", true, 3),
            (5, "", "message/rfc822", "", false, 20),
            (6, &long[..255], "image/png", "", false, 0),
            (7, "\u{20ac}uro.pdf", "application/pdf", "", false, 0),
            (8, "very long.pdf", "application/pdf", "", false, 0),
        ]
    );
}

#[tokio::test]
async fn html_contains_its_inline_pictures() {
    let mut receiver = Receiver::start().await;
    let mail = |html: &str, picture: &str| {
        format!(
            "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n{html}\n\
             --b\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\n{picture}\n\
             --b\nContent-Type: image/svg+xml; name=a.svg\nContent-ID: <a&b c@x>\n\n<svg/>\n\
             --b\nContent-Type: application/octet-stream\nContent-ID: <bytes@x>\n\nGIF\n\
             --b\nContent-Type: text/css\nContent-ID: <css@x>\n\np{{}}\n--b--\n"
        )
    };
    let png = "data:image/png;base64,UE5H";
    for (html, shown) in [
        ("<img src=\"cid:logo@x\">", format!("<img src=\"{png}\">")),
        ("<img src=CID:logo%40x alt=a>", format!("<img src={png} alt=a>")),
        (
            "<p style='background: url(cid:logo@x)'>",
            format!("<p style='background: url({png})'>"),
        ),
        (
            "<img src='cid:a&amp;b%20c@x'>",
            "<img src='data:image/svg+xml;base64,PHN2Zy8+'>".to_owned(),
        ),
        (
            "<img src='cid:bytes@x'>",
            "<img src='data:image/png;base64,R0lG'>".to_owned(),
        ),
        ("<img src='cid:other@x'>", "<img src='cid:other@x'>".to_owned()),
        ("<link href='cid:css@x'>", "<link href='cid:css@x'>".to_owned()),
        ("<p>see cid:logo@x", "<p>see cid:logo@x".to_owned()),
    ] {
        let message = receiver.receive(mail(html, "UE5H")).await;
        assert_eq!(message.html, html);
        let (_, view) = get(&receiver.mock, "/view/latest.html").await;
        let view = view.as_str().expect("HTML");
        assert!(view.ends_with(&shown), "{view}");
    }
    let (_, json) = get(&receiver.mock, "/api/v1/message/latest").await;
    assert_eq!(json["Inline"][0]["ContentID"], "logo@x");

    // The HTML can name a large picture many times.
    receiver
        .receive(mail(&"<img src='cid:logo@x'>".repeat(50), &"A".repeat(4 * 1024 * 1024)))
        .await;
    let (_, view) = get(&receiver.mock, "/view/latest.html").await;
    let view = view.as_str().expect("HTML");
    assert!(
        view.contains("data:") && view.len() < 64 * 1024 * 1024,
        "{}",
        view.len()
    );
}

#[tokio::test]
async fn broken_messages_take_linear_time() {
    let mut receiver = Receiver::start().await;
    let head = "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n";
    for message in [
        // In quadratic time each takes minutes.
        format!("{head}{}", "=x".repeat(500_000)),
        format!("{head}{}", "= ".repeat(500_000)),
        format!("{head}{}", "<img src='cid:x'>".repeat(50_000)),
        format!("Subject: {}\n\n", "=?utf-8?Q?=C3?= ".repeat(50_000)),
        format!("Content-Type: multipart/mixed\n\n{}", "--\n".repeat(200_000)),
        format!("Content-Transfer-Encoding: base64\n\n{}", "AA==\n!\n".repeat(100_000)),
    ] {
        receiver.receive(message).await;
        get(&receiver.mock, "/view/latest.html").await;
    }
}
