//! Numbers near a keyword that are not codes.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers::Number;
use super::text::{OTHER_CODES, Text, pattern, words};

/// Before the number: part of an address, a link or another word, a price, the end of a hidden card number.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[+#/@]$|\p{L}-$|[•·∙…]\s?$|(?:x{2,}|\*{3,})[ -]?$|(?:R\$|\p{Sc}|\b(?:aud|cad|chf|eur|gbp|usd|inr|rs|rp|kr|rub|pln|try|tl))[\s.]{0,2}$",
    )
});

/// After the number: part of an address or another word, a price, a percentage, a unit.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    let currencies = "aud|cad|chf|dollars?|eur|euros?|gbp|usd|inr|kr|kč|zł|ft|lei|руб|грн|лв|tl";
    let units = "days?|hours?|hrs|h|min|mins|minut\\p{L}*|months?|ms|s|sec|secs|seconds?|sekund\\p{L}*|weeks?|years?|tage|stunden|jours|heures|días|horas|points?|people|users|lines|bugs|files|bytes|times|attempts|characters|digits|items|requests|words|pages";
    pattern(&format!(
        r"^(?:[/@]|\s(?:\p{{L}}+\s){{1,3}}(?:street|st|avenue|ave|boulevard|blvd|road|rd|way|drive|lane|parkway|square|suite)\b|\s?[%‰]|-\p{{L}}|\.\p{{Ll}}|\s?\p{{Sc}}|[年月日分秒時时点點円元位人名년월일분초시원명]|[\s-](?:{currencies}|{units})\b)"
    ))
});

/// Before the number: the name of something else, such as `Order no. 123456`, and perhaps a colon or a line break.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let (things, codes) = (words(include_str!("named_numbers.txt")), words(OTHER_CODES));
    let number = r"(?:[\s(.]*\b(?:id|no|nr|num|number|nummer|número|numéro|numero|nº|n°|№)\b)";
    let is = r"(?:\s*\b(?:is|ist|lautet|est|es|é|è|är|er|to|jest)\b|\s*[はがは为為是은는이])?";
    pattern(&format!(
        r"(?:^|[^\p{{L}}\p{{N}}])(?:{things}(?P<number>{number})?|(?P<code>{codes}){is}|{number})(?P<gap>[\s.:：=#*№(\[-]*)$"
    ))
});

static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| pattern(r"©|\(c\)|\bcopyright\b"));

/// Sentences about discounts have codes of another kind.
static DISCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:discount|coupon|voucher|promo|checkout|rabatt|gutschein|remise|réduction|descuento|desconto|sconto|korting|скидк|zniżk)|% off|割引|クーポン|优惠|優惠|할인|쿠폰",
    )
});

/// Whether the number is a price, a date, a telephone number or the like.
pub(super) fn is_excluded(text: &Text, number: &Number) -> bool {
    let (before, _) = text.window(number.range.start, 60, 0);
    let (_, after) = text.window(number.range.end, 0, 20);
    let line = || {
        let line = text.lines_around(number.range.start, 0, 0);
        let (head, _) = text.window(number.range.start, 150, 0);
        let (_, tail) = text.window(number.range.end, 0, 150);
        let start = line.start.max(number.range.start - head.len());
        &text.content[start..line.end.min(number.range.end + tail.len()).max(start)]
    };
    let follows_keyword = |length: usize| {
        text.keyword_before(number.range.start)
            .is_some_and(|keyword| keyword.end + length >= number.range.start)
    };
    BEFORE.is_match(before) && !follows_keyword(1)
        || before.ends_with('*') && !after.starts_with(['*', '_'])
        || AFTER.is_match(after)
        || has_other_name(text, number, before)
        || number.is_year() && COPYRIGHT.is_match(line())
        || DISCOUNT.is_match(line())
}

/// A colon can also end a sentence about the code: `The code for your account: 4466`. A line break ends it, unless the
/// name is all that the line has.
fn has_other_name(text: &Text, number: &Number, before: &str) -> bool {
    let Some(found) = NAME.captures(before) else {
        return false;
    };
    let (name, gap) = (&found[0], &found["gap"]);
    let start = number.range.start - name.len();
    let line = text.lines_around(start, 0, 0);
    let sentence = &text.content[line.start.min(start)..start];
    let has_keyword = text
        .keyword_before(number.range.start)
        .is_some_and(|keyword| keyword.start >= line.start);
    if found.name("code").is_some() {
        return true;
    }
    if gap.contains('\n') {
        return !gap.contains("\n\n\n") && !sentence.contains(char::is_alphanumeric);
    }
    !(has_keyword && gap.contains([':', '：']) || gap.contains('.') && found.name("number").is_none())
}
