//! The form of the Bloom filter, for the build script that fills it and for the library that reads it.

use fastbloom::BloomFilter;

/// The size of the filter: 1.75 MB. For half a million passwords, that is less than one false positive in a million.
pub(crate) const WORDS: usize = 218_750;

const HASHES: u32 = 20;

/// Any seed will do, but it must always be the same.
const SEED: u128 = 0;

pub(crate) fn with_words(words: Vec<u64>) -> BloomFilter {
    BloomFilter::from_vec(words).seed(&SEED).hashes(HASHES)
}
