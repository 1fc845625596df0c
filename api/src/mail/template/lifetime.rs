use std::time::Duration;

use crate::locale::Locale;

/// A lifetime as a person says it, in the largest unit of which it has two.
pub(super) fn in_words(lifetime: Duration, locale: Locale) -> String {
    let seconds = lifetime.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, 0),
        120..7_200 => (seconds / 60, 1),
        7_200..172_800 => (seconds / 3_600, 2),
        _ => (seconds / 86_400, 3),
    };
    let (one, many) = units(locale)[unit];
    // In French 0 is singular; a code lives longer.
    let unit = if count == 1 { one } else { many };
    format!("{count} {unit}")
}

/// Second, minute, hour and day, each singular and plural.
const fn units(locale: Locale) -> [(&'static str, &'static str); 4] {
    match locale {
        Locale::En => [
            ("second", "seconds"),
            ("minute", "minutes"),
            ("hour", "hours"),
            ("day", "days"),
        ],
        Locale::De => [
            ("Sekunde", "Sekunden"),
            ("Minute", "Minuten"),
            ("Stunde", "Stunden"),
            ("Tag", "Tage"),
        ],
        Locale::Fr => [
            ("seconde", "secondes"),
            ("minute", "minutes"),
            ("heure", "heures"),
            ("jour", "jours"),
        ],
        Locale::Es => [
            ("segundo", "segundos"),
            ("minuto", "minutos"),
            ("hora", "horas"),
            ("día", "días"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetime_is_in_the_largest_unit_of_which_it_has_two() {
        for (seconds, words) in [
            (1, "1 second"),
            (60, "60 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (600, "10 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (86_400, "24 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (604_800, "7 days"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds), Locale::En), words);
        }
    }

    #[test]
    fn units_agree_with_their_numbers() {
        for (locale, words) in [
            (
                Locale::De,
                ["1 Sekunde", "60 Sekunden", "10 Minuten", "2 Stunden", "2 Tage"],
            ),
            (
                Locale::Fr,
                ["1 seconde", "60 secondes", "10 minutes", "2 heures", "2 jours"],
            ),
            (
                Locale::Es,
                ["1 segundo", "60 segundos", "10 minutos", "2 horas", "2 días"],
            ),
        ] {
            let lifetimes = [1, 60, 600, 7_200, 172_800].map(Duration::from_secs);
            assert_eq!(lifetimes.map(|lifetime| in_words(lifetime, locale)), words);
        }
    }
}
