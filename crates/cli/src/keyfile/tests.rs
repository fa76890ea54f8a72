use std::os::unix::fs::symlink;

use pkcs8::der::{Encode as _, asn1::BitStringRef};
use prova_core::key::published_test_key;
use tempfile::TempDir;

use super::*;
use crate::passphrase::PassphraseError;

/// The published test key spare-1 under the passphrase «correct horse», by `openssl pkey -aes256` of OpenSSL 3.0.
const PBKDF2: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhC7DVPyi/lIQICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMTvzFxOxKYeKLSBTFvrpsYEQCUE
f+/xeS7Q8KEk7zhhBuwEg1sjvF+Tq75RgDQaWOikuFWa0XVKsP00Jv8vYJg53CCp
mJ3yu+Yukz5aDV8k26I=
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same by `openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt`.
const SCRYPT: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAhBHsFNRq4kdgICQAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBCkStE5ggOc1CihLVo9XboFBEC+k81ZKi7bhjQH
/D322cea6Px4ezHXamdbQCFprQ6xHFu7ELx5OzWCA7XcHvlQszeN7DxERaooQ6Sw
uDiOZMvD
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same by `openssl pkcs8 -topk8 -v2 des3`.
const TRIPLE_DES: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGKME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAh0K4xf+VteLAICCAAw
DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIZXtFgMSKlBsEOAraYz0RE5hSC6gG
TVxV8Bc4PK3Qx+CbDha9APfTyNsZdMN/r5qo5EIk0HRtCahkDLHHaUNwOjbC
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same by `openssl pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1`.
const HMAC_SHA1: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGNMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjjm7fwCRjc7QICCAAw
HQYJYIZIAWUDBAECBBAOvnrH1cz3o5j4botdgJL0BEDqNgBoIYMSkETrJ0S/A/uM
EpPuUJLu6ZUujvK5xNYFINkDEIHbIAHXCC8Yg1UG+9BbTt7v1cVs+ktgIq1WSJ8N
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same by `openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES`.
const PBES1: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MFgwHAYKKoZIhvcNAQwBAzAOBAglaVN6DkGa9wICCAAEOGYas+rX1AnnEdsXmN2n
JcRqLuhougqJ9eKIbfYoOYp4yL1md8gCZYtirLKFhayneCDy1eeLZFOc
-----END ENCRYPTED PRIVATE KEY-----
";

/// By `openssl genpkey -algorithm X25519`.
const X25519: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEINiRj+HWPeeu0VppdxYVAngikvn7RIu56DhxgDMwgFtM
-----END PRIVATE KEY-----
";

/// By `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`.
const P256: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHfbn+e3bQ26hTb8n
uH8CT5z5GIglhmMrkhKcsCc+tRShRANCAASAbl2yGkM9pTRmWBJqGEu24slh1JGC
ySQZDeAwNTRnGEpvEKt4XxO0h6jU7hWJFLjx1wOJ0EW4iZIJ+yKE7nsb
-----END PRIVATE KEY-----
";

/// The same key by `openssl ec`.
const P256_SEC1: &str = "\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIB325/nt20NuoU2/J7h/Ak+c+RiIJYZjK5ISnLAnPrUUoAoGCCqGSM49
AwEHoUQDQgAEgG5dshpDPaU0ZlgSahhLtuLJYdSRgskkGQ3gMDU0ZxhKbxCreF8T
tIeo1O4ViRS48dcDidBFuImSCfsihO57Gw==
-----END EC PRIVATE KEY-----
";

/// By `ssh-keygen -t ed25519`.
const OPENSSH: &str = "\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACChFGKytslTbU+zMOPG0xUA2uDCH36q+a/FRBBV3Uhw1AAAAJDc09KK3NPS
igAAAAtzc2gtZWQyNTUxOQAAACChFGKytslTbU+zMOPG0xUA2uDCH36q+a/FRBBV3Uhw1A
AAAED3FcD9NGXmBbHtyVUilUl1gXvK739QZKbCTTVUH2bqaqEUYrK2yVNtT7Mw48bTFQDa
4MIffqr5r8VEEFXdSHDUAAAAB3Jvb3RAdm0BAgMEBQY=
-----END OPENSSH PRIVATE KEY-----
";

struct Bench {
    directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fs::write(bench.path("right"), "correct horse\n").unwrap();
        fs::write(bench.path("wrong"), "correct pony\n").unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn right(&self) -> PassphraseSource {
        PassphraseSource::File(self.path("right"))
    }

    fn wrong(&self) -> PassphraseSource {
        PassphraseSource::File(self.path("wrong"))
    }

    /// Neither a file nor a variable, and tests have no terminal: what a script without a passphrase has.
    fn none() -> PassphraseSource {
        PassphraseSource::Environment("PROVA_NO_SUCH_VARIABLE".to_owned())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.directory.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn spare() -> SecretKey {
    published_test_key("spare-1").unwrap()
}

fn decoded(pem: &str, passphrase: &PassphraseSource) -> String {
    match decode(Path::new("key.pem"), pem, passphrase) {
        Ok(key) if key.public() == spare().public() => "spare-1".to_owned(),
        Ok(_) => "another key".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_key_comes_back_from_its_file() {
    let bench = Bench::new();
    let key = generate().unwrap();
    let source = bench.right();
    for (name, protection, label) in [
        (
            "encrypted",
            Protection::Encrypted(&source),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        ),
        ("plain", Protection::Plain, "-----BEGIN PRIVATE KEY-----\n"),
    ] {
        let path = bench.path(name);
        create(&path, &key, protection).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with(label));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let opened = read(&path, &source).unwrap();
        assert_eq!(*opened.key.expose_seed(), *key.expose_seed());
        assert_eq!(opened.warning, None);
    }
    assert_eq!(bench.names(), ["encrypted", "plain", "right", "wrong"]);
    assert!(matches!(
        read(&bench.path("encrypted"), &bench.wrong()),
        Err(ReadKeyError::Decode {
            source: DecodeKeyError::WrongPassphrase,
            ..
        })
    ));
}

#[test]
fn a_plain_file_is_the_published_one() {
    let pem = encode(Path::new("key.pem"), &spare(), Protection::Plain).unwrap();
    assert_eq!(*pem, include_str!("../../../../keys/spare-1.pem"));
}

#[test]
fn two_keys_are_never_the_same() {
    let (one, two) = (generate().unwrap(), generate().unwrap());
    assert_ne!(*one.expose_seed(), *two.expose_seed());
}

#[test]
fn nothing_is_ever_overwritten() {
    let bench = Bench::new();
    fs::write(bench.path("file"), "precious").unwrap();
    fs::create_dir(bench.path("directory")).unwrap();
    symlink("nowhere", bench.path("link")).unwrap();
    let names = bench.names();
    for name in ["file", "directory", "link"] {
        // The passphrase is not asked for: there is none.
        let none = Bench::none();
        let result = create(&bench.path(name), &spare(), Protection::Encrypted(&none));
        assert!(matches!(result, Err(CreateKeyError::Exists { .. })), "{name}");
    }
    assert_eq!(fs::read_to_string(bench.path("file")).unwrap(), "precious");
    assert_eq!(bench.names(), names);
}

#[test]
fn a_failed_creation_leaves_nothing() {
    let bench = Bench::new();
    let names = bench.names();
    let none = Bench::none();
    let result = create(&bench.path("key"), &spare(), Protection::Encrypted(&none));
    assert!(matches!(
        result,
        Err(CreateKeyError::Passphrase(PassphraseError::NotSet { .. }))
    ));
    let result = create(&bench.path("absent/key"), &spare(), Protection::Plain);
    assert!(matches!(
        result,
        Err(CreateKeyError::Output(OutputError::Write { .. }))
    ));
    assert_eq!(bench.names(), names);
}

#[test]
fn keys_from_openssl_are_read() {
    let bench = Bench::new();
    let plain = include_str!("../../../../keys/spare-1.pem");
    let commented = format!("Subject: the spare key\n\n{plain}");
    let windows = plain.replace('\n', "\r\n");
    for pem in [PBKDF2, SCRYPT] {
        assert_eq!(decoded(pem, &bench.right()), "spare-1");
        assert_eq!(
            decoded(pem, &bench.wrong()),
            "the passphrase is wrong, or the file is damaged"
        );
        assert_eq!(decoded(pem, &Bench::none()), "the key is encrypted");
    }
    for pem in [plain, &commented, &windows] {
        assert_eq!(decoded(pem, &Bench::none()), "spare-1");
    }
}

#[test]
fn a_wrong_passphrase_is_never_taken_for_another_error() {
    // One padding in 256 is right by chance; what comes out is still not a key.
    let bench = Bench::new();
    for attempt in 0..600 {
        fs::write(bench.path("wrong"), format!("attempt {attempt}")).unwrap();
        assert_eq!(
            decoded(PBKDF2, &bench.wrong()),
            "the passphrase is wrong, or the file is damaged",
            "attempt {attempt}"
        );
    }
}

#[test]
fn other_documents_are_refused_with_their_reason() {
    let bench = Bench::new();
    let not_a_key = "not a key: want a PEM document labelled «PRIVATE KEY» or «ENCRYPTED PRIVATE KEY»";
    let unsupported = |oid| {
        format!(
            "encrypted with an unsupported algorithm ({oid}), want PBES2 with AES and scrypt or PBKDF2-HMAC-SHA2"
        )
    };
    let other_label = |label| {
        format!("a PEM document labelled «{label}», want «PRIVATE KEY» or «ENCRYPTED PRIVATE KEY» (PKCS#8)")
    };
    let damaged = "the key is damaged: its content is not PKCS#8".to_owned();
    for (pem, want) in [
        ("", not_a_key.to_owned()),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 someone", not_a_key.to_owned()),
        (
            include_str!("../../../../keys/spare-1.pub.pem"),
            "this is a public key («PUBLIC KEY»), want the private key".to_owned(),
        ),
        (OPENSSH, other_label("OPENSSH PRIVATE KEY")),
        (P256_SEC1, other_label("EC PRIVATE KEY")),
        (
            "-----BEGIN \u{1b}[2J-----\n-----END \u{1b}[2J-----\n",
            other_label("\\u{1b}[2J"),
        ),
        (
            X25519,
            "a key of algorithm X25519 (1.3.101.110), want Ed25519 (1.3.101.112)".to_owned(),
        ),
        (
            P256,
            "a key of algorithm ECDSA (1.2.840.10045.2.1), want Ed25519 (1.3.101.112)".to_owned(),
        ),
        (TRIPLE_DES, unsupported("1.2.840.113549.3.7")),
        (HMAC_SHA1, unsupported("1.2.840.113549.2.7")),
        (PBES1, unsupported("1.2.840.113549.1.12.1.3")),
        (
            "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
            damaged.clone(),
        ),
        ("-----BEGIN PRIVATE KEY-----\n", damaged),
    ] {
        assert_eq!(decoded(pem, &bench.right()), want, "{pem}");
    }
}

#[test]
fn no_flipped_bit_of_an_encrypted_key_gives_the_same_key() {
    // The initialisation vector begins here; before it lie the costs, which a flip may raise.
    const VECTOR: usize = 76;
    let bench = Bench::new();
    let (_, document) = SecretDocument::from_pem(PBKDF2).unwrap();
    for bit in 0..document.as_bytes().len() * 8 {
        let mut der = document.to_bytes();
        der[bit / 8] ^= 1 << (bit % 8);
        let Ok(document) = SecretDocument::try_from(der.as_slice()) else {
            continue;
        };
        let pem = document.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).unwrap();
        let source = if bit / 8 < VECTOR {
            Bench::none()
        } else {
            bench.right()
        };
        assert_ne!(decoded(&pem, &source), "spare-1", "bit {bit}");
    }
}

fn with_kdf(kdf: Kdf) -> String {
    let parameters = pbes2::Parameters {
        kdf,
        encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] },
    };
    let info = pkcs8::EncryptedPrivateKeyInfo {
        encryption_algorithm: EncryptionScheme::Pbes2(parameters),
        encrypted_data: OctetStringRef::new(&[0; 64]).unwrap(),
    };
    let document = SecretDocument::try_from(info.to_der().unwrap()).unwrap();
    document
        .to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)
        .unwrap()
        .to_string()
}

#[test]
fn costs_out_of_bounds_are_refused_before_a_passphrase_is_asked_for() {
    let salt = pbes2::Salt::new([0; 8]).unwrap();
    let scrypt = |cost_parameter, block_size, parallelization| {
        Kdf::Scrypt(pbes2::ScryptParams {
            salt,
            cost_parameter,
            block_size,
            parallelization,
            key_length: None,
        })
    };
    let pbkdf2 = |iteration_count| {
        Kdf::Pbkdf2(pbes2::Pbkdf2Params {
            salt,
            iteration_count,
            key_length: None,
            prf: pbes2::Pbkdf2Prf::HmacWithSha256,
        })
    };
    for kdf in [
        scrypt(0, 8, 1),
        scrypt((1 << 14) - 1, 8, 1),
        scrypt(1 << 19, 8, 1),
        scrypt(1 << 63, 1, 1),
        scrypt(1 << 14, 8, 17),
        scrypt(1 << 14, 8, 0),
        scrypt(2, u16::MAX, u16::MAX),
        pbkdf2(0),
        pbkdf2(MOST_ITERATIONS + 1),
        pbkdf2(u32::MAX),
    ] {
        let result = decode(Path::new("key.pem"), &with_kdf(kdf), &Bench::none());
        assert!(matches!(result, Err(DecodeKeyError::Cost)));
    }
    for kdf in [scrypt(1 << 18, 8, 16), pbkdf2(1), pbkdf2(MOST_ITERATIONS)] {
        let result = decode(Path::new("key.pem"), &with_kdf(kdf), &Bench::none());
        assert!(matches!(result, Err(DecodeKeyError::Passphrase(_))));
    }
    // A block size of 0 is the library's to refuse.
    let result = decode(
        Path::new("key.pem"),
        &with_kdf(scrypt(1 << 14, 0, 1)),
        &Bench::new().right(),
    );
    assert!(matches!(result, Err(DecodeKeyError::Encryption { .. })));
}

#[test]
fn version_2_is_read_if_its_public_key_fits() {
    let inner = [&[0x04, 0x20][..], &spare().expose_seed()[..]].concat();
    let right = spare().public();
    let wrong = published_test_key("spare-2").unwrap().public();
    for (public, want) in [
        (right, "spare-1"),
        (
            wrong,
            "the key is damaged: the public key beside it is that of another",
        ),
    ] {
        let info = PrivateKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: ED25519,
                parameters: None,
            },
            private_key: OctetStringRef::new(&inner).unwrap(),
            public_key: Some(BitStringRef::from_bytes(public.as_bytes()).unwrap()),
        };
        let pem = SecretDocument::encode_msg(&info)
            .unwrap()
            .to_pem("PRIVATE KEY", LineEnding::LF)
            .unwrap();
        assert_eq!(decoded(&pem, &Bench::none()), want);
    }
}

#[test]
fn a_file_that_others_can_read_gives_a_warning() {
    let bench = Bench::new();
    let path = bench.path("key");
    create(&path, &spare(), Protection::Plain).unwrap();
    for (mode, want) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o666, true),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let opened = read(&path, &Bench::none()).unwrap();
        let warning = want.then(|| KeyFileWarning::ReadableByOthers {
            path: path.clone(),
            mode,
        });
        assert_eq!(opened.warning, warning);
    }
    let warning = KeyFileWarning::ReadableByOthers {
        path: "key\n.pem".into(),
        mode: 0o644,
    };
    assert_eq!(
        warning.to_string(),
        "key\\u{a}.pem has mode 0644: others can read this private key, want 0600"
    );
}

#[test]
fn files_that_hold_no_key_are_refused() {
    let bench = Bench::new();
    fs::write(bench.path("huge"), "x".repeat(LONGEST_FILE + 1)).unwrap();
    fs::write(bench.path("binary"), b"\xff\xfe").unwrap();
    assert!(matches!(
        read(&bench.path("huge"), &bench.right()),
        Err(ReadKeyError::TooLong { .. })
    ));
    assert!(matches!(
        read(&bench.path("binary"), &bench.right()),
        Err(ReadKeyError::Decode {
            source: DecodeKeyError::NotAKey,
            ..
        })
    ));
    for name in ["absent", "."] {
        assert!(matches!(
            read(&bench.path(name), &bench.right()),
            Err(ReadKeyError::Read { .. })
        ));
    }
}
