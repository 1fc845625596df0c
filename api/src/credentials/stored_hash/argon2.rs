//! argon2id and argon2i (RFC 9106), as PHC strings.

use argon2::password_hash::phc::{ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Params, Version};

use super::invalid_hash::InvalidHash;

/// Memory of one hash, in KiB: 256 MiB.
const MAX_MEMORY: u32 = 256 * 1024;
/// Memory times passes, in KiB: 2 GiB, about a second.
const MAX_WORK: u64 = 2 * 1024 * 1024;
const MAX_LANES: u32 = 64;

/// Parameters and salt.
#[derive(Clone)]
pub(in crate::credentials) struct Argon2 {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) params: Params,
    pub(super) salt: Vec<u8>,
}

/// Whether a hash with these parameters takes no more memory and time than is allowed.
pub(in crate::credentials) fn is_affordable(params: &Params) -> bool {
    params.m_cost() <= MAX_MEMORY
        && u64::from(params.m_cost()) * u64::from(params.t_cost()) <= MAX_WORK
        && params.p_cost() <= MAX_LANES
}

impl Argon2 {
    /// argon2id with these parameters.
    pub(in crate::credentials) fn new(params: Params, salt: Vec<u8>) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params,
            salt,
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, InvalidHash> {
        let hash = PasswordHash::new(text).map_err(|_| InvalidHash::Malformed)?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| InvalidHash::UnknownKind)?;
        if algorithm == Algorithm::Argon2d {
            return Err(InvalidHash::UnknownKind);
        }
        // The first version of the format had no number.
        let version = Version::try_from(hash.version.unwrap_or(Version::V0x10.into()));
        let params = Params::try_from(&hash).map_err(|_| InvalidHash::Malformed)?;
        if !is_affordable(&params) {
            return Err(InvalidHash::TooExpensive);
        }
        let salt = hash
            .salt
            .filter(|salt| salt.as_ref().len() >= argon2::MIN_SALT_LEN && hash.hash.is_some());
        Ok(Self {
            algorithm,
            version: version.map_err(|_| InvalidHash::Malformed)?,
            params,
            salt: salt.ok_or(InvalidHash::Malformed)?.as_ref().to_vec(),
        })
    }

    /// The PHC string up to its digest.
    pub(super) fn setting(&self) -> String {
        let hash = PasswordHash {
            algorithm: self.algorithm.ident(),
            version: Some(self.version.into()),
            params: ParamsString::try_from(&self.params).expect("checked parameters have a PHC form"),
            salt: Some(Salt::new(&self.salt).expect("the salt was drawn as one")),
            hash: None,
        };
        format!("{hash}$")
    }
}
