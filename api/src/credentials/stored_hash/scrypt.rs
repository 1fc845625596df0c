//! scrypt (RFC 7914): `$scrypt$ln=…,r=…,p=…$salt$digest`, or Django's `scrypt$N$salt$r$p$digest`.

use scrypt::Params;

use super::fields::{Encoding, number, parameter, parts, text_salt};
use super::invalid_hash::InvalidHash;

/// 256 MiB.
const MAX_MEMORY: u128 = 256 * 1024 * 1024;
/// Memory times lanes: 1 GiB, two or three seconds.
const MAX_WORK: u128 = 1024 * 1024 * 1024;

/// Parameters and salt.
#[derive(Clone)]
pub(super) struct Scrypt {
    params: Params,
    salt: Vec<u8>,
}

impl Scrypt {
    pub(super) fn parse_phc(text: &str) -> Result<Self, InvalidHash> {
        let ["", _, params, salt, _] = parts(text)? else {
            return Err(InvalidHash::Malformed);
        };
        let [log_n, r, p] = ["ln", "r", "p"].map(|name| parameter(params, name));
        Ok(Self {
            params: checked(log_n?, r?, p?)?,
            salt: Encoding::Phc.salt(salt)?,
        })
    }

    /// `rest` is what follows the name.
    pub(super) fn parse_django(rest: &str) -> Result<Self, InvalidHash> {
        let [n, salt, r, p, _] = parts(rest)?;
        let n = number(n)?;
        if !n.is_power_of_two() {
            return Err(InvalidHash::Malformed);
        }
        Ok(Self {
            params: checked(n.ilog2(), number(r)?, number(p)?)?,
            salt: text_salt(salt)?,
        })
    }

    pub(super) fn digest(&self, password: &[u8], output: &mut [u8]) {
        scrypt::scrypt(password, &self.salt, &self.params, output).expect("scrypt accepts this length of a digest");
    }
}

fn checked(log_n: u32, r: u32, p: u32) -> Result<Params, InvalidHash> {
    if log_n == 0 || r == 0 || p == 0 {
        return Err(InvalidHash::Malformed);
    }
    if log_n >= 32 {
        return Err(InvalidHash::TooExpensive);
    }
    // Wide enough for any numbers: 7, 32, 32 and 32 bits.
    let block = 128 * u128::from(r);
    let memory = block << log_n;
    // One block for each lane, all at once.
    let blocks = block * u128::from(p);
    if memory.max(blocks) > MAX_MEMORY || memory * u128::from(p) > MAX_WORK {
        return Err(InvalidHash::TooExpensive);
    }
    let log_n = u8::try_from(log_n).map_err(|_| InvalidHash::TooExpensive)?;
    Params::new(log_n, r, p).map_err(|_| InvalidHash::Malformed)
}
