//! Which emails a claim may take, as a condition in SQL.

use std::collections::{HashMap, HashSet};

use entity::EmailKind;
use sea_orm::{ActiveEnum, Iterable, Value};

use super::lease::Claim;

/// Which emails a claim may take.
#[derive(Debug, Clone, Default)]
pub(in crate::mail) struct Selection {
    /// Not the emails of these domains.
    pub except: HashSet<String>,
    /// Only the emails of these domains; `None` for those of all.
    pub only: Option<HashSet<String>>,
    /// Domains that may have any number of emails.
    pub quick: HashSet<String>,
    /// How many emails of all other domains together.
    pub room: usize,
    /// How many emails of each of the other domains.
    pub per_domain: usize,
}

impl Selection {
    /// Whether a claim with these results may have passed over emails that another selection allows.
    pub(in crate::mail) fn may_have_left_out(&self, claims: &[Claim]) -> bool {
        let mut others: HashMap<&str, usize> = HashMap::new();
        for claim in claims.iter().filter(|claim| !self.quick.contains(&claim.row.domain)) {
            *others.entry(&claim.row.domain).or_default() += 1;
        }
        others.values().sum::<usize>() >= self.room || others.values().any(|count| *count >= self.per_domain)
    }
}

/// The condition that this version knows the kind of an email.
fn known_kinds() -> String {
    let kinds: Vec<_> = EmailKind::iter().map(|kind| format!("'{}'", kind.to_value())).collect();
    format!("kind IN ({})", kinds.join(", "))
}

/// The condition that the domain is in a [`list`]: one parameter, whatever the length of the list.
pub(super) fn is_in(list: &str) -> String {
    format!("replace({list}, '|' || domain || '|', '') <> {list}")
}

/// The condition that a claim may take an email. One on domains is there only if it excludes some: PostgreSQL expects
/// few rows to pass it, and would sort the whole backlog instead of reading the first rows of the index.
pub(super) fn allowed(selection: &Selection, values: &mut Vec<Value>) -> String {
    let mut conditions = vec![known_kinds()];
    let mut place = |domains: &HashSet<String>| {
        values.push(list(domains));
        format!("${}", values.len())
    };
    if !selection.except.is_empty() {
        conditions.push(format!("NOT {}", is_in(&place(&selection.except))));
    }
    if let Some(only) = &selection.only {
        conditions.push(is_in(&place(only)));
    }
    conditions.join(" AND ")
}

/// No domain contains the separator.
pub(super) fn list(domains: &HashSet<String>) -> Value {
    let mut list = "|".to_owned();
    for domain in domains {
        list += domain;
        list.push('|');
    }
    list.into()
}
