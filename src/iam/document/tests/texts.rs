//! Documents that are a text, and how long documents are.

use super::{policy, problems, read};
use crate::value::Cause;

#[test]
fn what_is_wrong_in_a_document_that_is_a_text_has_its_own_place() {
    let text =
        "|\n  {\"Version\": \"2012-10-17\",\n   \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"s3:*\"}]}\n";
    assert_eq!(problems(text), ["3:29 \"allow\": there is no effect `allow` | did you mean `Allow`"]);
    let text = r#""{\"Statement\": {\"Effect\": \"Deny\",\n \"Action\": \"Get\"}}""#;
    assert_eq!(problems(text), [r#"1:55 \"Get\": the action `Get` has no service | write it as in `s3:GetObject`"#]);
}

#[test]
fn a_text_that_is_no_json_is_refused_where_it_stops_being_json() {
    let text = "|\n  {\"Statement\": {\n    \"Effect\": \"Deny\",\n  }}\n";
    let found = problems(text);
    assert!(found[0].starts_with("3:21 ") && found[0].contains("the policy document is not valid JSON: "), "{found:?}");
    assert_eq!(policy("\"Allow all\"").open, [Cause::Invalid]);
    assert_eq!(policy("'\"{}\"'").open, [Cause::Invalid], "a text in a text");
}

#[test]
fn the_length_is_that_of_compact_json() {
    let compact =
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"a b","Effect":"Deny","Action":"*","Resource":["*","é"]}]}"#;
    let wide = compact.replace(',', " ,\n  ").replace(':', " : ");
    for text in [compact, &wide, &format!("'{compact}'")] {
        let (_, size, _) = read(text, None);
        assert_eq!((size.characters, size.without_blanks()), (compact.chars().count(), compact.chars().count() - 1));
        assert!(!size.is_least);
    }
}
