/// Whether `pattern` matches `text`, ignoring case. `*` matches any run of characters, including none; everything else
/// matches itself.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
    // Matching each piece at its first occurrence leaves the most text for the later ones.
    inner
        .and_then(|inner| {
            middle
                .split('*')
                .try_fold(inner, |left, piece| left.split_once(piece).map(|(_, after)| after))
        })
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn matches_patterns() {
        for (pattern, text, expected) in [
            ("a@example.com", "A@Example.com", true),
            ("a@example.com", "a@example.com.evil", false),
            ("*", "", true),
            ("*", "anything", true),
            ("*@example.com", "a@example.com", true),
            ("*@example.com", "a@example.org", false),
            ("a*@*.com", "ada@example.com", true),
            ("a*d*@*", "ada@example.com", true),
            ("a*x*@*", "ada@example.com", false),
            ("aa*aa", "aaa", false),
            ("aa*aa", "aaaa", true),
            ("**a**", "bab", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
