//! Where the button of an email leads.

use url::Url;

/// The page that an email's button opens, with the code filled in. The fragment never reaches a server.
pub(crate) fn link(page: &Url, code: &str) -> String {
    let mut url = page.clone();
    url.set_fragment(Some(&format!("code={code}")));
    url.into()
}
