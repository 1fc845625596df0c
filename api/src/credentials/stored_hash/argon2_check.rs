//! What `argon2-rust` must compute correctly on this machine before a thread hashes with it.
//!
//! It is young, no auditor has read it, and it runs other instructions on other processors. So each thread compares it
//! at its start with a vector of RFC 9106, and with the crate `argon2` on random inputs.

use argon2::{Block, Params};

use super::Argon2;
use super::argon2_digest::Input;
use crate::random::{self, Random};

const DIGEST: usize = Params::DEFAULT_OUTPUT_LEN;

/// RFC 9106, section 5.3.
const RFC_TAG: [u8; DIGEST] = [
    0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e, 0xf0,
    0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
];
const RFC_INPUT: Input<'static> = Input {
    password: &[1; 32],
    secret: &[3; 8],
    data: &[4; 12],
};

/// Memory (in KiB), passes and lanes of the random inputs. They stay small, so that they take about a millisecond.
const RANDOM: [(u32, u32, u32); 4] = [(8, 1, 1), (1024, 2, 1), (515, 3, 4), (64, 1, 3)];

/// Random inputs. All threads share them.
#[derive(Clone)]
pub(in crate::credentials) struct Check {
    inputs: Vec<(Argon2, Vec<u8>)>,
}

impl Check {
    pub(in crate::credentials) fn draw(random: &dyn Random) -> Self {
        let input = |(m_kib, t, p)| {
            let salt: [u8; 16] = random::bytes(random);
            let [length] = random::bytes(random);
            let mut password = vec![0; usize::from(length)];
            random.fill(&mut password);
            (Argon2::new(params(m_kib, t, p), salt.to_vec()), password)
        };
        Self {
            inputs: RANDOM.map(input).to_vec(),
        }
    }

    /// Whether a function computes the right digests.
    pub(super) fn is_passed_by<E>(
        &self,
        mut digest: impl FnMut(&Argon2, Input<'_>, &mut [u8]) -> Result<(), E>,
    ) -> bool {
        let mut computes = |argon2: &Argon2, input, expected: [u8; DIGEST]| {
            let mut output = [0; DIGEST];
            digest(argon2, input, &mut output).is_ok() && output == expected
        };
        computes(&Argon2::new(params(32, 3, 4), vec![2; 16]), RFC_INPUT, RFC_TAG)
            && self.inputs.iter().all(|(argon2, password)| {
                let (input, mut expected) = (Input::password(password), [0; DIGEST]);
                argon2.digest_in(
                    &mut vec![Block::default(); argon2.params.block_count()],
                    input,
                    &mut expected,
                );
                computes(argon2, input, expected)
            })
    }
}

fn params(m_kib: u32, t: u32, p: u32) -> Params {
    Params::new(m_kib, t, p, Some(DIGEST)).expect("argon2 accepts these parameters")
}

#[cfg(test)]
mod tests {
    use super::super::argon2_digest::new_hasher;
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn argon2_rust_passes_the_check() {
        let mut hasher = new_hasher();
        for _ in 0..100 {
            let check = Check::draw(&SystemRandom);
            assert!(check.is_passed_by(|argon2, input, tag| argon2.digest_fast(&mut hasher, input, tag)));
        }
    }

    /// Each of these is wrong for a single input.
    #[test]
    fn wrong_digest_fails_the_check() {
        let check = Check::draw(&SystemRandom);
        let mut hasher = new_hasher();
        for wrong in [(32, 3, 4)].into_iter().chain(RANDOM) {
            let passed = check.is_passed_by(|argon2, input, tag| {
                argon2.digest_fast(&mut hasher, input, tag)?;
                let params = &argon2.params;
                if (params.m_cost(), params.t_cost(), params.p_cost()) == wrong {
                    tag[31] ^= 1;
                }
                Ok::<_, argon2_rust::Error>(())
            });
            assert!(!passed, "{wrong:?}");
        }
        assert!(!check.is_passed_by(|_, _, _| Err(())));
    }
}
