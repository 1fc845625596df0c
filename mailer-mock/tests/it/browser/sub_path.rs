use super::{Look, Page, in_browser, proxy};
use crate::support::{deliver, start};

const MAIL: &str = "Subject: code 4466\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n\
    <p>the end</p>\n--b\nContent-Type: image/svg+xml; name=a.svg\n\n\
    <svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'/>\n--b--";

#[tokio::test]
async fn page_works_below_a_path_of_a_proxy() {
    let mock = start().await;
    let proxy = proxy::start(mock.http_addr(), None).await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::at(client, &format!("http://{proxy}/mailbox/")).await;
        page.eventually("it is empty", "!one('#empty').hidden").await;
        // The proxy buffers what does not forbid it.
        deliver(&mock, "ada@example.com", MAIL).await;
        page.open_newest("code 4466").await;
        page.frame_eventually("the HTML is there", "document.body?.innerText.includes('the end')")
            .await;
        page.eventually("so is the picture", "one('#files img').naturalWidth === 40")
            .await;
        for (tab, content) in [("text", "pre"), ("headers", "dl"), ("raw", "pre")] {
            page.choose_tab(tab).await;
            page.eventually("it is there", &format!("one('#panel {content}') !== null"))
                .await;
        }
        page.eventually("it is read", "one('.is-unread') === null").await;
        let links = "[...document.querySelectorAll('a[href]')].every(({ href }) => href.startsWith('/mailbox/', location.origin.length))";
        assert_eq!(page.ask(links).await, true);
        page.click("#delete").await;
        page.eventually("it is gone", "rows.length === 0").await;
        assert_eq!(page.complaints().await, [""; 0]);
    })
    .await;
}
