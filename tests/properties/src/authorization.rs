use api::graphql::Authorization;
use api::testing;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The email of HTTP Basic ends at the first colon, and is read as it was sent.
///
/// # Panics
/// If the property does not hold.
pub fn authorization(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let Authorization::Basic { email, .. } = read(value) else {
        return;
    };
    let email = email.0;
    assert!(!email.contains(':'), "{email:?}");
    let value = format!("Basic {}", STANDARD.encode(format!("{email}:")));
    let value = HeaderValue::try_from(value).expect("base64 is a valid header");
    assert!(matches!(read(value), Authorization::Basic { email: same, .. } if same.0 == email));
}

fn read(value: HeaderValue) -> Authorization {
    testing::authorization(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_value(value in vec(any::<u8>(), 0..60), text in ".{0,20}:.{0,20}") {
            authorization(&value);
            authorization(&[b"Basic ", &value[..]].concat());
            authorization(&[b"Bearer ", &value[..]].concat());
            authorization(format!("bAsIc {}", STANDARD.encode(text)).as_bytes());
        }
    }
}
