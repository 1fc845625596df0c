//! Makes the Bloom filter from the list of passwords.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::{env, io};

use flate2::read::GzDecoder;

#[path = "src/filter.rs"]
mod filter;

const LIST: &str = "list/passwords.txt.gz";

fn main() -> io::Result<()> {
    for file in [LIST, "build.rs", "src/filter.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let mut filter = filter::with_words(vec![0; filter::WORDS]);
    for password in BufReader::new(GzDecoder::new(File::open(LIST)?)).lines() {
        filter.insert(password?.as_str());
    }
    let bytes: Vec<u8> = filter.iter().flat_map(u64::to_le_bytes).collect();
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("filter"), bytes)
}
