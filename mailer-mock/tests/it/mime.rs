//! Messages that email programs show although a standard forbids them, and character sets other than UTF-8.

use std::sync::Arc;

use mailer_mock::Message;
use percent_encoding::percent_decode_str;

use crate::support::{Client, get, start};

/// Sends a message and returns how it was received.
async fn receive(content: &[u8]) -> Arc<Message> {
    let mock = start().await;
    let mut client = Client::sending(mock.smtp_addr(), "ada@example.com").await;
    for line in content.split_inclusive(|&byte| byte == b'\n') {
        client
            .send([line.strip_suffix(b"\n").unwrap_or(line), b"\r\n"].concat())
            .await;
    }
    assert_eq!(client.code("\r\n.").await, 250);
    mock.mailbox().messages().remove(0)
}

#[tokio::test]
async fn reads_character_sets_in_subject_text_and_file_names() {
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
        let message = receive(&[head.as_bytes(), &html, b"\n--b--\n"].concat()).await;
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
        let message = receive(&[head.as_bytes(), b"\n\n", body].concat()).await;
        assert_eq!(message.text.trim_end(), text, "{head}");
    }
}

#[tokio::test]
async fn reads_headers_that_are_encoded_in_unusual_ways() {
    for (header, subject) in [
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
            receive(format!("{header}\n\ntext").as_bytes()).await.subject,
            subject,
            "{header}"
        );
    }
    let raw = b"Content-Type: text/plain; charset=gbk\nSubject: \xd1\xe9\xd6\xa4\n\ntext";
    assert_eq!(receive(raw).await.subject, "\u{9a8c}\u{8bc1}");
    let twice = b"From: a@example.com\nFrom: b@example.com\nMessage-ID: <1@x>\nMessage-ID: <2@x>\n\ntext";
    let message = receive(twice).await;
    assert_eq!(
        message.from.as_ref().map(|from| from.address.as_str()),
        Some("a@example.com")
    );
    assert_eq!(message.message_id.as_deref(), Some("1@x"));
}

#[tokio::test]
async fn shows_the_text_of_broken_messages() {
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
        let message = receive(message.as_bytes()).await;
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
    for (name, first, second, files) in [
        ("inline", "", "Content-Disposition: inline; filename=log.txt\n", 1),
        ("name", "", "Content-Type: text/plain; name=log.txt\n", 1),
        ("html", "", "Content-Type: text/html; name=log.html\n", 1),
        ("unnamed", "", "Content-Disposition: inline\n", 0),
        ("first", "Content-Disposition: inline; filename=log.txt\n", "", 1),
    ] {
        let mail =
            format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{first}\none\n--b\n{second}\ntwo\n--b--\n");
        let message = receive(mail.as_bytes()).await;
        assert_eq!(message.attachments.len(), files, "{name}");
        assert_eq!(
            message.text.lines().count() + usize::from(!message.html.is_empty()),
            2 - files,
            "{name}"
        );
    }
    // The text of the message can have a name.
    let alone = receive(b"Content-Type: text/plain; name=mail.txt\n\none").await;
    assert_eq!((alone.text.trim_end(), alone.attachments.len()), ("one", 0));
    let alternative = "Content-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html; name=mail.html\n\n<p>two\n--b--\n";
    let alternative = receive(alternative.as_bytes()).await;
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
        ("17 Foo 2018 10:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ] {
        let mock = start().await;
        crate::support::deliver(&mock, "ada@example.com", &format!("Date: {date}\n\ntext")).await;
        let (_, json) = get(&mock, "/api/v1/message/latest").await;
        let expected = expected.unwrap_or_else(|| json["Created"].as_str().expect("a time"));
        assert_eq!(json["Date"], expected, "{date}");
    }
}

#[tokio::test]
async fn html_contains_its_inline_pictures() {
    let mock = start().await;
    let mail = "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src=\"cid:logo@x\">\n--b\n\
        Content-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\nUE5H\n--b--\n";
    crate::support::deliver(&mock, "ada@example.com", mail).await;
    let (_, html) = get(&mock, "/view/latest.html").await;
    let html = html.as_str().expect("HTML");
    assert!(html.ends_with("<img src=\"data:image/png;base64,UE5H\">"), "{html}");
    let (_, json) = get(&mock, "/api/v1/message/latest").await;
    assert_eq!(json["HTML"], "<img src=\"cid:logo@x\">");
    assert_eq!(json["Inline"][0]["ContentID"], "logo@x");
}
