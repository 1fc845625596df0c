//! The text of a message that has only HTML.

use crate::support::Receiver;

async fn to_text(receiver: &mut Receiver, html: &str) -> String {
    let message = receiver
        .receive(format!("Content-Type: text/html; charset=utf-8\n\n{html}"))
        .await;
    message.text.clone()
}

#[tokio::test]
async fn block_elements_become_lines() {
    let mut receiver = Receiver::start().await;
    for (html, text) in [
        ("<h1>Your code</h1><h2>4466</h2>", "Your code\n\n4466"),
        ("<table><tr><td>Code</td><TD class=x>4466</td>", "Code\n4466"),
        ("<tr><td>a<tr><th>b<td>c</table>d", "a\nb\nc\nd"),
        ("Your code is <b>4466</b>.<br/>Bye", "Your code is 4466.\nBye"),
        ("<p>One</p>\n<p>Two &amp; 3&nbsp;4</p>", "One\nTwo & 3\u{a0}4"),
        ("Text<p>One<p>Two", "Text\nOne\nTwo"),
        ("<ul><li>One<li>Two</ul>Three", "One\nTwo\nThree"),
        ("<dl><dt>Code<dd>4466</dl>", "Code\n4466"),
        ("<figure>Code</figure><br class=x>4466", "Code\n\n4466"),
        ("<figcaption>Code</figcaption><hr size=1>4466", "Code\n\n4466"),
        ("a<br>b<br >c<BR/>d<br\n/>e</br>f", "a\nb\nc\nd\ne\nf"),
        ("<x-code>44</x-code><o:p>6</o:p><nobr>6</nobr>", "4466"),
        ("<pre>Code:\n  4466\n</pre>a\nb", "Code:\n  4466\n\na b"),
        ("", ""),
    ] {
        assert_eq!(to_text(&mut receiver, html).await, text, "{html}");
    }
}

#[tokio::test]
async fn bare_characters_are_text() {
    let mut receiver = Receiver::start().await;
    for (html, text) in [
        ("a < b && c > d", "a < b && c > d"),
        ("1<2, <3 and 4466", "1<2, <3 and 4466"),
        (
            "a<!-- <div>1234</div> -->b<!--[if mso]>1234<![endif]-->c<![if !mso]>d<![endif]>",
            "abcd",
        ),
        (
            "&lt;b&gt; &#x34;&#52;66 &copy &nosuch; &eacute;&#128512;",
            "<b> 4466 \u{a9} &nosuch; \u{e9}\u{1f600}",
        ),
        ("<a title='>'>x</a><b\n>y</b", "xy"),
    ] {
        assert_eq!(to_text(&mut receiver, html).await, text, "{html}");
    }
}

#[tokio::test]
async fn hidden_elements_are_not_text() {
    let mut receiver = Receiver::start().await;
    for (html, text) in [
        ("<style>p{color:#123456}</style><p>x", "x"),
        ("<script>var code = 1234 < 5; '<p>'</script>", ""),
        ("<head><title>x</title><body>a", "a"),
        ("<noscript>read me<img> </noscript>a", "read me a"),
        ("<template><p>1234</p></template>a", "a"),
        (
            "<div style=\"display:none;max-height:0\">1234 <div>5678</div> 9</div>4466",
            "4466",
        ),
        (
            "<span style='color:red; DISPLAY : NONE !important'>1234<br>5678</span>4466",
            "4466",
        ),
        ("<div style='overflow:hidden; max-height: 0px'>1234</div>4466", "4466"),
        ("<div style='visibility:hidden'>1234</div><p hidden>5678<p>4466", "4466"),
        ("<table><tr><td><span style='opacity:0'>1234</td><td>4466", "4466"),
        ("<td hidden>1234<td>44<img style='display:none'>66", "4466"),
        (
            "<div style='font-size:0'><p style='opacity:0.9;line-height:0'>4466",
            "4466",
        ),
    ] {
        assert_eq!(to_text(&mut receiver, html).await, text, "{html}");
    }
}

#[tokio::test]
async fn takes_linear_time() {
    let mut receiver = Receiver::start().await;
    // In quadratic time this takes many minutes.
    assert_eq!(to_text(&mut receiver, &"<".repeat(100_000)).await.len(), 100_000);
    for piece in [
        "</",
        "<div>",
        "<p hidden>",
        "<b hidden>",
        "<b hidden></i>",
        "<b hidden><i></i>",
    ] {
        assert_eq!(to_text(&mut receiver, &piece.repeat(100_000)).await, "", "{piece}");
    }
}
