use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use super::document::Document;

/// How many bytes of text the cache holds. Parsed, a byte becomes 150 bytes at worst.
const CAPACITY: u64 = 64 * 1024;

/// Longer documents are not cached: few of them would fit.
const MAX_LENGTH: usize = 8 * 1024;

/// How many documents of usual length the cache expects.
const EXPECTED_DOCUMENTS: usize = 128;

/// Valid documents. The least used ones make room for new ones.
pub(super) struct DocumentCache(Cache<Key, Arc<Document>, ByLength>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    text: String,
    operation_name: Option<String>,
}

/// A [`Key`] that borrows, to look it up without a copy.
#[derive(Hash)]
struct KeyRef<'a> {
    text: &'a str,
    operation_name: Option<&'a str>,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.text == key.text && self.operation_name == key.operation_name.as_deref()
    }
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Arc<Document>> for ByLength {
    fn weight(&self, key: &Key, _: &Arc<Document>) -> u64 {
        key.text.len() as u64
    }
}

impl DocumentCache {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED_DOCUMENTS, CAPACITY, ByLength))
    }

    pub(super) fn get(&self, text: &str, operation_name: Option<&str>) -> Option<Arc<Document>> {
        self.0.get(&KeyRef { text, operation_name })
    }

    /// Caches a valid document, unless it has a string: that may be a password, which must not stay in memory, and such
    /// a document is hardly sent twice.
    pub(super) fn insert(&self, text: &str, operation_name: Option<&str>, document: &Arc<Document>) {
        if text.len() <= MAX_LENGTH && !text.contains('"') {
            let key = Key {
                text: text.to_owned(),
                operation_name: operation_name.map(str::to_owned),
            };
            self.0.insert(key, document.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(cache: &DocumentCache, text: &str) {
        let document = Document::parse(text, None).expect("a document");
        cache.insert(text, None, &Arc::new(document));
    }

    #[test]
    fn cache_is_bounded_and_keeps_no_strings() {
        let cache = DocumentCache::new();
        insert(&cache, "{me{id}}");
        for number in 0..1_000 {
            assert!(cache.get("{me{id}}", None).is_some(), "{number}");
            insert(&cache, &format!("{{a{number}:me{{id}}}}#{}", "-".repeat(1_000)));
            assert!(cache.0.weight() <= CAPACITY);
        }
        for secret in ["{__type(name:\"User\"){name}}", "{__type(name:\"\"\"User\"\"\"){name}}"] {
            insert(&cache, secret);
            assert!(cache.get(secret, None).is_none(), "{secret}");
        }
        let long = format!("{{me{{id}}}}#{}", "-".repeat(MAX_LENGTH));
        insert(&cache, &long);
        assert!(cache.get(&long, None).is_none());
    }

    #[test]
    fn operation_name_is_part_of_the_key() {
        let cache = DocumentCache::new();
        let text = "query A{me{id}} query B{me{email}}";
        let document = Document::parse(text, Some("A")).expect("a document");
        cache.insert(text, Some("A"), &Arc::new(document));
        assert!(cache.get(text, Some("A")).is_some());
        assert!(cache.get(text, Some("B")).is_none());
        assert!(cache.get(text, None).is_none());
    }
}
