use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

#[tokio::test]
async fn links_are_listed_and_clickable_in_the_text() {
    let mock = start().await;
    let mail = "Subject: links\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n\
                Open https://a.example/x?(y)=1. Or https://a.example/x?(y)=1&z <https://b.example/>, not javascript://%0aalert(1)\n--b\n\
                Content-Type: text/html\n\n<a href='example://open?a=1&amp;b=2'>Open</a>\n--b--";
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", mail).await;
        page.open_newest("links").await;
        let links = |selector: &str| {
            format!("[...document.querySelectorAll('{selector} a')].map((link) => [link.href, link.target, link.rel])")
        };
        let link = |href: &str| json!([href, "_blank", "noopener noreferrer"]);
        let in_text = [
            link("https://a.example/x?(y)=1"),
            link("https://a.example/x?(y)=1&z"),
            link("https://b.example/"),
        ];
        page.choose_tab("text").await;
        page.eventually("the text is there", "one('#panel pre') !== null").await;
        assert_eq!(page.ask(&links("#panel pre")).await, json!(in_text));
        let text = page.ask("text('#panel pre')").await;
        assert_eq!(
            text.as_str()
                .map(|text| text.contains("=1. Or ") && text.contains("alert(1)")),
            Some(true)
        );

        assert_eq!(page.ask("text('#tab-links')").await, "Links (4)");
        page.choose_tab("links").await;
        page.eventually("the list is there", "one('.links') !== null").await;
        let all = [&[link("example://open?a=1&b=2")][..], &in_text].concat();
        assert_eq!(page.ask(&links("#panel .links")).await, json!(all));
        page.is_accessible("document", "links").await;

        // Another email without links shows its text.
        deliver(&mock, "ada@example.com", "Subject: none\n\ntext").await;
        page.open_newest("none").await;
        page.eventually("the text is there", "text('#panel pre') === 'text\\n'")
            .await;
        assert_eq!(page.ask("one('#tab-links').disabled").await, true);
    })
    .await;
}
