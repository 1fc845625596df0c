//! What emails say: the words, the languages, the templates.

mod languages;
mod previews;
mod templates;
mod words;

use api::locale::Locale;
use api::mail::{Product, Templates};

fn tansy() -> Product {
    Product {
        name: Some("Tansy".to_owned()),
        url: Some("https://tansy.example".parse().expect("a URL")),
    }
}

/// The built-in templates.
fn built_in(product: Product) -> Templates {
    Templates::load(None, product, Locale::default()).expect("the templates are valid")
}
