//! The parts of a message: its text, its files and the pictures in its HTML.

use std::time::Duration;

use crate::support::{Receiver, get};

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
         --b\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0=\"very \";\n filename*1=long.pdf\n\n\
         --b\nContent-Disposition: attachment; filename=\"a_.pdf\"; filename*=UTF-8''a%E2%82%AC.pdf\n\n\
         --b\nContent-Type: a/b; name=\"_.pdf\"; name*=iso-8859-1''%E9.pdf\n\n--b--\n"
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
            (9, "a\u{20ac}.pdf", "text/plain", "", false, 0),
            (10, "\u{e9}.pdf", "a/b", "", false, 0),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
            "<p style=\"background: url(&quot;cid:logo@x&quot;)\">",
            format!("<p style=\"background: url(&quot;{png}&quot;)\">"),
        ),
        (
            "<p style=\"background: url( &#39;cid:logo@x&#39; )\">",
            format!("<p style=\"background: url( &#39;{png}&#39; )\">"),
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

    // The HTML can name a large picture many times, also one that decodes to nothing.
    for (names, picture) in [(50, "A"), (2_000, " ")] {
        receiver
            .receive(mail(
                &"<img src='cid:logo@x'>".repeat(names),
                &picture.repeat(4 * 1024 * 1024),
            ))
            .await;
        let view = get(&receiver.mock, "/view/latest.html");
        let (_, view) = tokio::time::timeout(Duration::from_secs(20), view)
            .await
            .expect("the page in time");
        let view = view.as_str().expect("HTML");
        assert!(
            view.contains("data:") && view.len() < 64 * 1024 * 1024,
            "{}",
            view.len()
        );
    }
}
