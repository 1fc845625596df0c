use super::rule::{Action, FaultRule, Stage, parse_delay};

/// For a tag without a stage: the first stage that knows the address.
const DEFAULT_STAGE: Stage = Stage::Rcpt;

const STAGE_SUFFIXES: [(&str, Stage); 3] = [
    // Before `-data`, which it ends with.
    ("-after-data", Stage::AfterData),
    ("-data", Stage::Data),
    ("-rcpt", Stage::Rcpt),
];

/// The rules that the tags of an address encode, in order: `bob+451x2@example.com` is refused twice.
///
/// A tag says what happens (`451` or another code from 400 to 599, `drop`, `delay-3s`), how many times (`x2`, by
/// default always), and at which stage (`-rcpt`, `-data`, `-after-data`, by default RCPT). Any other tag is ignored.
pub(crate) fn rules_from_address(address: &str) -> Result<Vec<FaultRule>, String> {
    let (local, _) = address.rsplit_once('@').unwrap_or((address, ""));
    let tags = local.trim_matches('"').split('+').skip(1);
    let rules = tags.map(|tag| {
        let invalid = |expected| format!("invalid fault in the address, +{tag}: expected {expected}");
        let rule = parse_tag(&tag.to_lowercase()).map_err(invalid)?;
        let recipient = Some(address.to_owned());
        Ok(rule.map(|rule| FaultRule { recipient, ..rule }))
    });
    rules.filter_map(Result::transpose).collect()
}

fn parse_tag(tag: &str) -> Result<Option<FaultRule>, &'static str> {
    let (rest, stage) = STAGE_SUFFIXES
        .iter()
        .find_map(|(suffix, stage)| tag.strip_suffix(suffix).map(|rest| (rest, *stage)))
        .unwrap_or((tag, DEFAULT_STAGE));
    let (rest, times) = match rest.rsplit_once('x') {
        Some((rest, times)) if is_number(times) => (rest, Some(times)),
        _ => (rest, None),
    };
    let action = match rest {
        "drop" => Action::Drop,
        _ if rest.starts_with("drop-") => return Err("drop, drop-rcpt, drop-data or drop-after-data"),
        _ => match (rest.strip_prefix("delay-"), code(rest)) {
            (Some(delay), _) => Action::Delay(parse_delay(delay).ok_or("a duration up to 1h, as in delay-3s")?),
            (None, Some(code)) => Action::Reply {
                code,
                text: "requested by the address".to_owned(),
            },
            (None, None) if looks_like_reply(tag) => {
                return Err("a reply code from 400 to 599, as in 451 or 451x2-data");
            }
            (None, None) => return Ok(None),
        },
    };
    let times = match times.map(str::parse) {
        None => None,
        Some(Ok(times)) if times > 0 => Some(times),
        Some(_) => return Err("x1 or more"),
    };
    let rule = FaultRule::new(stage, action);
    Ok(Some(FaultRule { times, ..rule }))
}

fn code(text: &str) -> Option<u16> {
    let code = text.parse().ok()?;
    (text.len() == 3 && (400..600).contains(&code)).then_some(code)
}

/// Three digits and a suffix, as in `451-later` or `700x2`.
fn looks_like_reply(tag: &str) -> bool {
    let (digits, suffix) = tag.split_at_checked(3).unwrap_or_default();
    is_number(digits)
        && (suffix.starts_with('-')
            || suffix
                .strip_prefix('x')
                .is_some_and(|suffix| suffix.starts_with(|c: char| c.is_ascii_digit())))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rules(local: &str) -> Result<Vec<(Stage, Action, Option<u32>)>, String> {
        let rules = rules_from_address(&format!("{local}@example.com"))?;
        Ok(rules
            .into_iter()
            .map(|rule| (rule.stage, rule.action, rule.times))
            .collect())
    }

    fn reply(code: u16) -> Action {
        let text = "requested by the address".to_owned();
        Action::Reply { code, text }
    }

    #[test]
    fn parses_tags() {
        use Action::{Delay, Drop};
        use Stage::{AfterData, Data, Rcpt};
        let seconds = |seconds| Delay(Duration::from_secs(seconds));
        for (local, expected) in [
            ("bob+451x2", vec![(Rcpt, reply(451), Some(2))]),
            ("bob+550", vec![(Rcpt, reply(550), None)]),
            ("bob+452x1-data", vec![(Data, reply(452), Some(1))]),
            ("bob+554-after-data", vec![(AfterData, reply(554), None)]),
            ("bob+drop", vec![(Rcpt, Drop, None)]),
            ("bob+drop-rcpt", vec![(Rcpt, Drop, None)]),
            ("bob+drop-after-data", vec![(AfterData, Drop, None)]),
            ("bob+dropx3-data", vec![(Data, Drop, Some(3))]),
            ("bob+delay-3s", vec![(Rcpt, seconds(3), None)]),
            ("bob+delay-1mx2-after-data", vec![(AfterData, seconds(60), Some(2))]),
            (
                "bob+delay-3s+451",
                vec![(Rcpt, seconds(3), None), (Rcpt, reply(451), None)],
            ),
            ("bob+news+DROP", vec![(Rcpt, Drop, None)]),
        ] {
            assert_eq!(rules(local), Ok(expected), "{local}");
        }
    }

    #[test]
    fn ignores_other_tags() {
        let locals = "bob bob+ 451 drop bob+newsletter bob+2026 bob+12 bob+299 bob+600 bob+451a bob+45\u{e9} bob+dropbox \
            bob+delayed bob+200x +";
        for local in locals.split(' ').chain([""]) {
            assert_eq!(rules(local), Ok(Vec::new()), "{local}");
        }
    }

    #[test]
    fn explains_invalid_tags() {
        for (local, expected) in [
            ("bob+451x0", "+451x0: expected x1 or more"),
            ("bob+451x99999999999", "+451x99999999999: expected x1 or more"),
            ("bob+451-later", "+451-later: expected a reply code from 400 to 599"),
            ("bob+451-connect", "+451-connect: expected a reply code from 400 to 599"),
            ("bob+700x2", "+700x2: expected a reply code from 400 to 599"),
            ("bob+drop-quit", "+drop-quit: expected drop, drop-rcpt"),
            ("bob+delay-soon", "+delay-soon: expected a duration up to 1h"),
            ("bob+delay-2h", "+delay-2h: expected a duration up to 1h"),
            ("bob+451+drop-it", "+drop-it: expected drop"),
        ] {
            let error = rules(local).expect_err(local);
            assert!(error.contains(expected), "{local}: {error}");
        }
    }
}
