//! Keys and signatures that no honest signer makes: points with parts of small order, other encodings, S beyond L.

use curve25519_dalek::{
    Scalar,
    constants::EIGHT_TORSION,
    edwards::{CompressedEdwardsY, EdwardsPoint},
};
use sha2::{Digest as _, Sha256};

use crate::reference::{L, challenge};

/// A point with its discrete logarithm up to a part of small order, and the bytes that are to stand for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crafted {
    /// The factor of the base point in it.
    pub(crate) scalar: Scalar,
    /// The point: `[scalar]B` and a part of small order.
    pub(crate) point: EdwardsPoint,
    /// Its encoding, canonical or not.
    pub(crate) encoding: [u8; 32],
}

impl Crafted {
    /// `[scalar]B + torsion`, canonically encoded.
    pub(crate) fn new(scalar: Scalar, torsion: EdwardsPoint) -> Self {
        let point = EdwardsPoint::mul_base(&scalar) + torsion;
        Self {
            scalar,
            point,
            encoding: point.compress().to_bytes(),
        }
    }

    /// The canonical encoding of the point.
    pub(crate) fn canonical(&self) -> [u8; 32] {
        self.point.compress().to_bytes()
    }
}

/// The eight points of small order; the one at 0 is the identity.
pub(crate) fn small_order() -> [EdwardsPoint; 8] {
    EIGHT_TORSION
}

/// The points of small order in every encoding of theirs that is not canonical but that ZIP 215 decodes.
pub(crate) fn small_order_otherwise_encoded() -> Vec<Crafted> {
    let mut found = Vec::new();
    // y = p, p + 1, …, 2^255 − 1 stand for 0, 1, …, 18; y = 1 and y = −1 with a sign that x = 0 does not have.
    let mut encodings: Vec<[u8; 32]> = (0xed..=0xff_u8)
        .map(|lowest| {
            let mut encoding = [0xff; 32];
            encoding[0] = lowest;
            encoding[31] = 0x7f;
            encoding
        })
        .collect();
    encodings.extend(small_order().map(|point| point.compress().to_bytes()));
    for mut encoding in encodings {
        for sign in [0, 0x80] {
            encoding[31] = encoding[31] & 0x7f | sign;
            let Some(point) = CompressedEdwardsY(encoding).decompress() else {
                continue;
            };
            if point.is_small_order() && point.compress().to_bytes() != encoding {
                found.push(Crafted {
                    scalar: Scalar::ZERO,
                    point,
                    encoding,
                });
            }
        }
    }
    found
}

/// The signature R || S with S = r + k·a, which satisfies the equation with the cofactor for this `k`.
pub(crate) fn signature(key: &Crafted, r: &Crafted, k: &Scalar) -> [u8; 64] {
    let s = r.scalar + k * key.scalar;
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&r.encoding);
    bytes[32..].copy_from_slice(s.as_bytes());
    bytes
}

/// The signature over `message` for the encodings as they are.
pub(crate) fn sign(key: &Crafted, r: &Crafted, message: &[u8]) -> [u8; 64] {
    signature(key, r, &challenge(&r.encoding, &key.encoding, message))
}

/// The signature with `times` times L added to S, if 32 bytes hold that: the same S modulo L.
pub(crate) fn with_multiple_of_l(signature: &[u8; 64], times: usize) -> Option<[u8; 64]> {
    let mut bytes = *signature;
    for _ in 0..times {
        let mut carry = 0;
        for (byte, addend) in bytes[32..].iter_mut().zip(L) {
            let sum = u16::from(*byte) + u16::from(addend) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

/// Bytes that are the same on every run.
pub(crate) struct Stream {
    seed: &'static str,
    block: u64,
}

impl Stream {
    pub(crate) fn new(seed: &'static str) -> Self {
        Self::at(seed, 0)
    }

    /// The stream further on.
    pub(crate) fn at(seed: &'static str, block: u64) -> Self {
        Self { seed, block }
    }

    pub(crate) fn block(&mut self) -> [u8; 32] {
        self.block = self.block.wrapping_add(1);
        Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.block.to_be_bytes())
            .finalize()
            .into()
    }

    /// A number below `limit`, evenly enough for tests.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let [a, b, c, d, ..] = self.block();
        usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap() % limit
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < length {
            bytes.extend(self.block());
        }
        bytes.truncate(length);
        bytes
    }

    pub(crate) fn scalar(&mut self) -> Scalar {
        Scalar::from_bytes_mod_order(self.block())
    }
}
