//! Documents beside the entries.

use std::io::{self, Read};

use prova_core::hash::Digest;
use prova_store::{AttachmentError, Blame, FaultKind, NoProgress, fsck};

use super::scene::{Scene, index};

/// A source that fails after some bytes.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.0);
        self.0 -= length;
        if length == 0 {
            Err(io::Error::other("unplugged"))
        } else {
            Ok(length)
        }
    }
}

#[test]
fn what_is_put_is_read_back_and_checked() {
    let scene = Scene::with_units(0);
    let mut ledger = scene.open();
    let large: Vec<u8> = (0..300_000_u32).map(|byte| byte as u8).collect();
    let mut want = Vec::new();
    for content in [&b""[..], b"a", &large] {
        let digest = ledger.put_attachment(&mut &content[..]).unwrap();
        assert_eq!(digest, Digest::of(content));
        assert_eq!(ledger.put_attachment(&mut &content[..]).unwrap(), digest);
        let mut read = Vec::new();
        let length = ledger.snapshot().read_attachment(&digest, &mut read).unwrap();
        assert_eq!((length, read.as_slice()), (Some(content.len() as u64), content));
        want.push(digest);
    }
    want.sort_unstable();
    assert_eq!(ledger.snapshot().attachments().unwrap().collect::<Vec<_>>(), want);
    let absent = Digest::of(b"absent");
    assert!(ledger.snapshot().attachment(&absent).unwrap().is_none());
    assert_eq!(
        ledger
            .snapshot()
            .read_attachment(&absent, &mut io::sink())
            .unwrap(),
        None
    );
    scene.check(4);
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    let scene = Scene::with_units(0);
    let mut ledger = scene.open();
    let error = ledger.put_attachment(&mut Failing(100_000)).unwrap_err();
    assert!(matches!(error, AttachmentError::Stream { .. }));
    assert_eq!(ledger.snapshot().attachments().unwrap().count(), 0);
    scene.check(4);
}

#[test]
fn changed_content_is_found_and_absent_content_noted() {
    let mut scene = Scene::with_units(1);
    let mut ledger = scene.open();
    let kept = ledger.put_attachment(&mut &b"certificate"[..]).unwrap();
    let absent = Digest::of(b"elsewhere");
    let entries = [
        scene.statements.store("SN0", kept),
        scene.statements.store("SN0", absent),
    ];
    ledger.append(None, &entries).unwrap();
    drop(ledger);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].is_note());
    assert_eq!(faults[0].entry, Some(index(6)));
    assert!(faults[0].file.ends_with(&absent.to_string()));

    let hex = kept.to_string();
    let file = format!("attachments/{}/{hex}", &hex[..2]);
    scene.flip(&file, 3);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    let fault = faults.iter().find(|fault| !fault.is_note()).unwrap();
    assert_eq!(fault.file, file);
    assert!(matches!(fault.kind, FaultKind::Attachment { want, .. } if want == kept));
    let ledger = scene.open();
    let snapshot = ledger.snapshot();
    let error = snapshot.read_attachment(&kept, &mut io::sink()).unwrap_err();
    assert_eq!(error.blame(), Blame::Evidence);
    // Also where only its beginning was looked at.
    let mut reader = snapshot.attachment(&kept).unwrap().unwrap();
    reader.read_exact(&mut [0; 2]).unwrap();
    let error = reader.finish().unwrap_err();
    assert!(matches!(error, AttachmentError::Digest { want, .. } if want == kept));
}
