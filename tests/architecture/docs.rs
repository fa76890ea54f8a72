//! Doc comments are sentences: whoever reads the page of a type, and not its code, understands what each member is.

use crate::source::workspace;

#[test]
fn a_doc_comment_is_more_than_one_word() {
    let mut stubs = Vec::new();
    for file in workspace() {
        for doc in file.docs() {
            let words = doc.text.split(|c: char| !c.is_alphanumeric());
            if words.filter(|word| !word.is_empty()).count() < 2 {
                stubs.push(format!("{}:{}: {}", file.shown(), doc.line, doc.text.trim()));
            }
        }
    }
    assert!(
        stubs.is_empty(),
        "{} doc comments are of one word:\n{}",
        stubs.len(),
        stubs.join("\n")
    );
}
