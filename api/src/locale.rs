//! The languages of emails, and which of them a request asks for.

use clap::ValueEnum;

/// A language that emails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
        }
    }

    /// The language of a BCP 47 tag. A region or a script makes no difference: `de-AT` is German. `None` for a language
    /// that no email is written in, and for text that is not a tag.
    #[must_use]
    pub fn matching(tag: &str) -> Option<Self> {
        // Some apps write the tag with an underscore, as POSIX does.
        let language = tag.trim().split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The language that an `Accept-Language` header prefers; the first of several with the same weight (RFC 9110,
    /// section 12.5.4). `None` if it names none that emails are written in.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let ranges = header.split(',').filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let (name, weight) = weight.split_once('=')?;
            let weight: f32 = weight.trim().parse().ok()?;
            let is_wanted = name.trim().eq_ignore_ascii_case("q") && weight > 0.0 && weight <= 1.0;
            is_wanted.then_some((weight, Self::matching(tag)?))
        });
        let preferred = ranges.reduce(|best, next| if next.0 > best.0 { next } else { best });
        preferred.map(|(_, locale)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_matches_by_its_language() {
        for (tag, expected) in [
            ("de", Some(Locale::De)),
            ("de-AT", Some(Locale::De)),
            ("DE-ch", Some(Locale::De)),
            ("de_DE", Some(Locale::De)),
            (" fr-CA ", Some(Locale::Fr)),
            ("fr-Latn-CH-u-nu-latn", Some(Locale::Fr)),
            ("es-419", Some(Locale::Es)),
            ("en", Some(Locale::En)),
            ("gsw", None),
            ("den", None),
            ("zh-DE", None),
            ("x-de", None),
            ("*", None),
            ("-de", None),
            ("", None),
            ("de\r\nBcc: eve@example.com", None),
        ] {
            assert_eq!(Locale::matching(tag), expected, "{tag:?}");
        }
    }

    #[test]
    fn accept_language_is_weighed() {
        for (header, expected) in [
            ("de", Some(Locale::De)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Locale::De)),
            ("en;q=0.2, fr;q=0.7, de;q=0.5", Some(Locale::Fr)),
            ("es, de", Some(Locale::Es)),
            ("en;q=0.8,de;q=0.8", Some(Locale::En)),
            ("nl, pt-BR;q=0.9, fr;q=0.1", Some(Locale::Fr)),
            ("*;q=1, de;q=0.1", Some(Locale::De)),
            ("de ; q = 0.5 ,\tfr ; Q=0.6", Some(Locale::Fr)),
            ("de;q=1.000", Some(Locale::De)),
            ("de;q=0, fr;q=0.1", Some(Locale::Fr)),
            ("de;q=0.000", None),
            ("de;q=nan, fr;q=0.5, en;q=inf, es;q=1e3", Some(Locale::Fr)),
            ("de;q=-1", None),
            ("de;q=2", None),
            ("de;q=", None),
            ("de;q", None),
            ("de;level=1", None),
            ("*", None),
            ("nl", None),
            ("", None),
            (",,;,=;q=1", None),
        ] {
            assert_eq!(Locale::accepted(header), expected, "{header:?}");
        }
    }
}
