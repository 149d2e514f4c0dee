use proptest::prelude::*;
use serde_json::{Value, json};

use super::scalar::{Plain, resolve};
use super::*;
use crate::source::testing::{check_spans, config, file, json_value, key_slice, node, root, slice, told};
use crate::source::{Kind, json};

fn documents(text: &str) -> Documents {
    let documents = parse(&file(text), Limits::default()).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    documents.trees.iter().for_each(|tree| check_spans(tree, false));
    documents
}

/// The one document of a text, which gives no warning.
fn read(text: &str) -> Tree {
    let mut documents = documents(text);
    assert_eq!(told(&documents.warnings), "");
    assert_eq!(documents.trees.len(), 1, "{text:?}");
    documents.trees.remove(0)
}

fn value(text: &str) -> Value {
    root(&read(text))
}

fn warnings(text: &str) -> String {
    told(&documents(text).warnings)
}

fn refused(text: &str) -> String {
    told(&parse(&file(text), Limits::default()).expect_err("refused"))
}

// Tags.

#[test]
fn short_tags_are_their_long_form() {
    let text = "r: !Ref A\nc: !Condition On\ns: !Sub '${A}'\nj: !Join ['', [!Ref A, !GetAtt B.Arn]]\n\
                g: !GetAtt A.B.C\ngl: !GetAtt [A, !Ref B]\ni: !If\n  - X\n  - !Ref 'AWS::NoValue'\n  - 1\n\
                t: !Transform {Name: M}\nz: !GetAZs\nn: !Ref 012\nb: !Sub |\n  x\n  y\nq: !GetAtt \"A.B\"\nd: !GetAtt A\n";
    assert_eq!(
        value(text),
        json!({
            "r": {"Ref": "A"}, "c": {"Condition": "On"}, "s": {"Fn::Sub": "${A}"},
            "j": {"Fn::Join": ["", [{"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}]]},
            "g": {"Fn::GetAtt": ["A", "B.C"]}, "gl": {"Fn::GetAtt": ["A", {"Ref": "B"}]},
            "i": {"Fn::If": ["X", {"Ref": "AWS::NoValue"}, 1]}, "t": {"Fn::Transform": {"Name": "M"}},
            "z": {"Fn::GetAZs": ""}, "n": {"Ref": "012"}, "b": {"Fn::Sub": "x\ny\n"},
            "q": {"Fn::GetAtt": ["A", "B"]}, "d": {"Fn::GetAtt": "A"},
        })
    );
}

#[test]
fn every_function_has_its_short_tag() {
    for name in [
        "Sub",
        "Join",
        "Select",
        "Split",
        "If",
        "Equals",
        "And",
        "Or",
        "Not",
        "FindInMap",
        "Base64",
        "Cidr",
        "GetAZs",
        "ImportValue",
        "Transform",
        "GetStackOutput",
        "Length",
        "ToJsonString",
        "ForEach",
        "ValueOf",
        "ValueOfAll",
        "RefAll",
        "EachMemberEquals",
        "EachMemberIn",
        "Contains",
        "GetAtt",
    ] {
        assert_eq!(value(&format!("!{name} [a]")), json!({format!("Fn::{name}"): ["a"]}));
    }
}

#[test]
fn places_of_a_tagged_value_are_the_tag_and_the_value() {
    let tree =
        read("é: 1\nA:\n  B: !GetAtt  Some.Thing.Arn # c\n  C: !If\n    - a\n    - !Ref b\n\nD: !GetAtt 'X.Y'\n");
    assert_eq!(slice(&tree, &["A", "B"]), "!GetAtt  Some.Thing.Arn");
    assert_eq!(key_slice(&tree, &["A", "B", "Fn::GetAtt"]), "!GetAtt");
    assert_eq!(slice(&tree, &["A", "B", "Fn::GetAtt"]), "Some.Thing.Arn");
    assert_eq!(slice(&tree, &["A", "B", "Fn::GetAtt", "0"]), "Some");
    assert_eq!(slice(&tree, &["A", "B", "Fn::GetAtt", "1"]), "Thing.Arn");
    assert_eq!(slice(&tree, &["A", "C"]), "!If\n    - a\n    - !Ref b");
    assert_eq!(slice(&tree, &["A", "C", "Fn::If"]), "- a\n    - !Ref b");
    assert_eq!(slice(&tree, &["A", "C", "Fn::If", "1"]), "!Ref b");
    assert_eq!(slice(&tree, &["D", "Fn::GetAtt"]), "'X.Y'");
    assert_eq!(slice(&tree, &["D", "Fn::GetAtt", "1"]), "Y");
}

#[test]
fn unknown_tags_are_kept_as_maps_and_warned_of() {
    let text = "a: !Rain::Module x.yaml\nb: !ref X\nc: !Foo {k: 1}\n";
    assert_eq!(
        root(&documents(text).trees[0]),
        json!({"a": {"!Rain::Module": "x.yaml"}, "b": {"!ref": "X"}, "c": {"!Foo": {"k": 1}}})
    );
    assert_eq!(
        warnings(text),
        "t:1:4: unknown tag `!Rain::Module` @ \"!Rain::Module\"\n\
         t:2:4: unknown tag `!ref` @ \"!ref\" | help: did you mean `!Ref`\n\
         t:3:4: unknown tag `!Foo` @ \"!Foo\"\n"
    );
}

#[test]
fn core_tags_say_the_type() {
    assert_eq!(
        value(
            "[!!str 012, !!int '7', !!int 010, !!float 1, !!bool yes, !!null '', !!binary aGk=, ! 12, !!str, !!map {a: !!seq []}]"
        ),
        json!(["012", 7, 8, 1, true, null, "aGk=", "12", "", {"a": []}])
    );
    assert_eq!(refused("a: !!int x"), "t:1:4: `!!int` wants a whole number, which this is not @ \"!!int x\"\n");
    assert_eq!(refused("a: !!bool 1"), "t:1:4: `!!bool` wants a boolean, which this is not @ \"!!bool 1\"\n");
    assert_eq!(refused("a: !!str [x]"), "t:1:4: `!!str` stands before a list @ \"!!str\"\n");
    assert_eq!(refused("!Ref a: 1"), "t:1:1: a key cannot have the tag `!Ref` @ \"!Ref\"\n");
}

#[test]
fn two_tags_on_one_value_are_explained() {
    let told = refused("a: !Base64 !Sub x");
    assert!(
        told.starts_with("t:1:12: a value has two tags @ \"!\" | help: write the outer function in its long"),
        "{told}"
    );
}

// Plain scalars.

#[test]
fn plain_scalars_are_yaml_1_1() {
    for text in ["yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
        assert_eq!(resolve(text), Plain::Bool(true), "{text}");
    }
    for text in ["no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
        assert_eq!(resolve(text), Plain::Bool(false), "{text}");
    }
    for text in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(resolve(text), Plain::Null, "{text}");
    }
    for (text, number) in [
        ("0", "0"),
        ("-0", "-0"),
        ("12", "12"),
        ("+12", "12"),
        ("-12", "-12"),
        ("1_000", "1000"),
        ("0x1F", "31"),
        ("-0xff", "-255"),
        ("0b101", "5"),
        ("0o17", "15"),
        ("017", "15"),
        ("00", "0"),
        ("0_7", "7"),
        ("-010", "-8"),
        ("1.10", "1.10"),
        (".5", "0.5"),
        ("1.", "1.0"),
        ("-.5e3", "-0.5e3"),
        ("1e5", "1e5"),
        ("6.02E+23", "6.02E+23"),
        ("01.50", "1.50"),
        ("1_0.5", "10.5"),
        ("00.5", "0.5"),
        ("99999999999999999999999999999999999999999999", "99999999999999999999999999999999999999999999"),
    ] {
        assert_eq!(resolve(text), Plain::Number(number.into()), "{text}");
    }
    for text in [
        "y",
        "n",
        "Y",
        "N",
        "yEs",
        "nULL",
        "2012-10-17",
        "22:22",
        "1.2.3",
        "10.0.0.0/8",
        "0x",
        "0b2",
        "0xg",
        "1e",
        "e5",
        "+",
        "-",
        ".",
        "..",
        "-.",
        "_1",
        "0x_",
        ".inf",
        ".nan",
        "1-1",
        "+-1",
        "1 2",
        "08",
        "-09",
        "012345678901",
        "=",
        "<<",
        "0o8",
        "1e5e5",
        "1_e",
        "١",
    ] {
        assert_eq!(resolve(text), Plain::String, "{text}");
    }
}

#[test]
fn quoted_scalars_are_strings_and_versions_stay_as_written() {
    assert_eq!(
        value("[\"yes\", '012', \"~\", 'null', 2012-10-17, 22:22, 1.10]").to_string(),
        "[\"yes\",\"012\",\"~\",\"null\",\"2012-10-17\",\"22:22\",1.1]"
    );
    assert_eq!(read("1.10").scalar(read("1.10").root()), Some("1.10"));
}

#[test]
fn account_ids_keep_their_zero_and_are_warned_of_where_they_are_octal() {
    assert_eq!(
        warnings("a: 012345678901\nb: 012345670123\nc: '012345678901'\nd: 0755\n"),
        "t:2:4: unquoted number with a leading zero is read as octal @ \"012345670123\" | help: put `012345670123` in quotes to keep every digit\n"
    );
    let documents = documents("a: 012345678901\n");
    assert_eq!(documents.trees[0].string(node(&documents.trees[0], &["a"])), Some("012345678901"));
}

#[test]
fn keys_are_their_text_as_written() {
    let tree = read("123456789012: a\n012: b\nyes: c\n2012-10-17: d\n1.0: e\n~: f\n'q': g\n\"h\\n\": h\n? i\n: j\n");
    let keys: Vec<&str> = tree.members(tree.root()).iter().map(|member| tree.key(member)).collect();
    assert_eq!(keys, ["123456789012", "012", "yes", "2012-10-17", "1.0", "~", "q", "h\n", "i"]);
}

// Blocks and places.

#[test]
fn blocks_end_where_their_last_child_ends() {
    let tree = read(
        "A:\n  B:\n    - x: 1\n      y: 2   # two\n\n    # comment\n    - z\n\n# comment\n\nC:\n  D:\n  E: &e\nF: *e\n",
    );
    assert_eq!(slice(&tree, &["A"]), "B:\n    - x: 1\n      y: 2   # two\n\n    # comment\n    - z");
    assert_eq!(slice(&tree, &["A", "B", "0"]), "x: 1\n      y: 2");
    assert_eq!(slice(&tree, &["C"]), "D:\n  E: &e");
    assert_eq!(slice(&tree, &["C", "D"]), "");
    assert!(slice(&tree, &[]).ends_with("F: *e"));
    assert_eq!(key_slice(&tree, &["A", "B"]), "B");
}

#[test]
fn flow_collections_span_their_brackets() {
    let tree = read("A: {b: [1, {x}, c: d], \"e\": 'f' }  \nG: 1\n");
    assert_eq!(slice(&tree, &["A"]), "{b: [1, {x}, c: d], \"e\": 'f' }");
    assert_eq!(slice(&tree, &["A", "b"]), "[1, {x}, c: d]");
    assert_eq!(slice(&tree, &["A", "b", "1"]), "{x}");
    assert_eq!(slice(&tree, &["A", "b", "2"]), "c: d");
    assert_eq!(slice(&tree, &["A", "e"]), "'f'");
    assert_eq!(key_slice(&tree, &["A", "e"]), "\"e\"");
    assert_eq!(root(&tree), json!({"A": {"b": [1, {"x": null}, {"c": "d"}], "e": "f"}, "G": 1}));
}

#[test]
fn literal_and_folded_blocks_are_decoded_and_end_with_their_content() {
    let text = "a: |\n  x\n    é\n\n\n# c\nb: >-\n  one\n  two\n\n  three\nc: |+\n  k\n\nd: |-\n  single\ne: |\nf: 1\n";
    let tree = read(text);
    assert_eq!(
        root(&tree),
        json!({"a": "x\n  é\n", "b": "one two\nthree", "c": "k\n\n", "d": "single", "e": "", "f": 1})
    );
    assert_eq!(slice(&tree, &["a"]), "x\n    é");
    assert_eq!(slice(&tree, &["b"]), "one\n  two\n\n  three");
    assert_eq!(slice(&tree, &["c"]), "k");
    assert_eq!(slice(&tree, &["d"]), "single");
    assert_eq!(slice(&tree, &["e"]), "");
    assert_eq!(tree.file().position(tree.span(node(&tree, &["e"])).start).line, 17);
}

#[test]
fn byte_order_mark_and_crlf_shift_no_place() {
    let tree = read("\u{feff}A:\r\n  B: \"x\r\n    y\"\r\n  C: |\r\n    p\r\n    q\r\n\r\n  D: z\r\n");
    assert_eq!(root(&tree), json!({"A": {"B": "x y", "C": "p\nq\n", "D": "z"}}));
    assert_eq!(key_slice(&tree, &["A"]), "A");
    assert_eq!(slice(&tree, &["A", "B"]), "\"x\r\n    y\"");
    assert_eq!(slice(&tree, &["A", "C"]), "p\r\n    q");
    assert_eq!(slice(&tree, &["A", "D"]), "z");
}

#[test]
fn text_that_stands_in_the_file_is_not_copied() {
    let tree = read("a: plain\nb: 'quoted'\nc: \"esc\\n\"\n");
    let Kind::String(text) = tree.kind(node(&tree, &["b"])) else { panic!("a string") };
    assert_eq!(text, tree.borrowed(crate::source::Span::new(13, 19)));
    assert_eq!(root(&tree), json!({"a": "plain", "b": "quoted", "c": "esc\n"}));
}

#[test]
fn every_document_of_a_stream_is_read() {
    let documents = documents("---\nA: &x 1\n...\n---\nB: 2\n---\n");
    assert_eq!(documents.trees.iter().map(root).collect::<Vec<_>>(), [json!({"A": 1}), json!({"B": 2}), Value::Null]);
    assert!(super::parse(&file("# nothing\n"), Limits::default()).expect("read").trees.is_empty());
    assert_eq!(
        refused("A: &x 1\n---\nB: *x\nC: 1\nC: 2\n"),
        "t:3:4: alias `*x` has no anchor `&x` before it @ \"*x\"\n\
         t:5:1: duplicate key `C` @ \"C\" | first given here @ \"C\" 18\n"
    );
    assert!(refused(&"---\n".repeat(1001)).contains("more documents than the limit of 1000"));
}

// Anchors, aliases, merge keys.

#[test]
fn an_alias_is_the_node_of_its_anchor() {
    let tree = read("a: &x {k: 1}\nb: *x\nc: &y !Ref foo\nd: *y\n&z e: 1\nf: *z\n");
    assert_eq!(node(&tree, &["a"]), node(&tree, &["b"]));
    assert_eq!(
        root(&tree),
        json!({"a": {"k": 1}, "b": {"k": 1}, "c": {"Ref": "foo"}, "d": {"Ref": "foo"}, "e": 1, "f": "e"})
    );
    assert_eq!(value("a: &k key\n*k : 1\n"), json!({"a": "key", "key": 1}));
}

#[test]
fn merge_keys_add_what_is_not_given() {
    assert_eq!(
        value(
            "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: *a\n  x: 9\nd:\n  <<: [*a, *b]\ne: {<<: {q: 1}, \"<<\": 2}\n"
        ),
        json!({
            "a": {"x": 1, "y": 2}, "b": {"y": 3, "z": 4}, "c": {"x": 9, "y": 2}, "d": {"x": 1, "y": 2, "z": 4},
            "e": {"<<": 2, "q": 1},
        })
    );
    assert_eq!(refused("a:\n  <<: 1\n"), "t:2:7: `<<` takes a map or a list of maps @ \"1\"\n");
    assert_eq!(refused("<<: *no\n"), "t:1:5: alias `*no` has no anchor `&no` before it @ \"*no\"\n");
}

#[test]
fn an_alias_inside_of_its_anchor_is_an_error_with_both_places() {
    assert_eq!(
        refused("a: &x\n  b: [*x]\n"),
        "t:2:7: alias `*x` stands inside of what it refers to @ \"*x\" | the anchor @ \"&x\" 3\n"
    );
    assert!(refused("&x {<<: *x}").contains("stands inside of what it refers to"));
    assert!(refused("&x [*x, *x]").contains("t:1:9: alias"));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    assert!(refused(&text).contains("there are more values than the limit of 2000000"));
    let keys: String = (0..3000).map(|key| format!("  k{key}: 1\n")).collect();
    let merges: String = (0..3000).map(|map| format!("m{map}: {{<<: *b}}\n")).collect();
    assert!(refused(&format!("b: &b\n{keys}{merges}")).contains("there are more values than the limit"));
}

#[test]
fn aliases_cannot_nest_deeper_than_brackets_can() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        text += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(refused(&text).contains("nesting is deeper than the limit of 128 levels"));
}

#[test]
fn duplicate_keys_are_told_with_both_places() {
    assert_eq!(
        refused("A:\n  x: 1\n  y: 2\n  'x': 3\n1: a\n\"1\": b\n"),
        "t:4:3: duplicate key `x` @ \"'x'\" | first given here @ \"x\" 5\n\
         t:6:1: duplicate key `1` @ \"\\\"1\\\"\" | first given here @ \"1\" 26\n"
    );
}

// Errors.

#[test]
fn errors_say_the_place_and_what_to_do() {
    let cases = [
        ("a:\n\tb: 1", "t:2:2: a tab stands where only spaces may indent"),
        ("a:\n  b: 1\n c: 2", "t:3:2: expected a key of the map that is open here"),
        ("a: b: c", "t:1:5: a `:` starts a value where none may stand @ \":\" | help: put the text in quotes"),
        ("a: 'x", "t:1:4: this quote is not closed @ \"'\""),
        ("a: [1, 2", "t:1:4: this `[` is not closed @ \"[\""),
        ("a: {{x}}", "t:1:5: a key is neither a list nor a map @ \"{\" | help: put the value in quotes if `{{`"),
        ("? [x]\n: d", "t:1:3: a key is neither a list nor a map"),
        ("a: @x", "t:1:4: a plain value cannot start with `@` @ \"@\" | help: put the value in quotes"),
        ("a: *\nb: 1", "t:1:4: an anchor or alias has no name"),
        ("k: v\n- x", "t:2:3: expected a key of the map that is open here"),
        ("a: *b\nc: *b", "t:1:4: alias `*b` has no anchor `&b` before it @ \"*b\"\nt:2:4: alias"),
    ];
    for (text, expected) in cases {
        let told = refused(text);
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn ten_thousand_levels_are_an_error_not_a_crash() {
    let block_map: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let tagged = "!Not [".repeat(100) + &"]".repeat(100);
    for text in ["[".repeat(10_000), "{a: ".repeat(10_000), "- ".repeat(10_000), block_map, tagged] {
        let told = refused(&text);
        assert!(told.contains("nesting is deeper than the limit of 128 levels"), "{told}");
    }
    for text in ["[".repeat(10_000), "- ".repeat(10_000), "? ".repeat(10_000)] {
        assert!(parse(&file(&text), Limits { depth: u32::MAX, ..Limits::default() }).is_err());
    }
}

#[test]
fn limits_are_errors_that_say_the_limit() {
    let limits = Limits { depth: 2, bytes: 30, nodes: 6 };
    let refused = |text: &str| told(&parse(&file(text), limits).expect_err("refused"));
    assert!(parse(&file("[!Ref a, &x 1, *x, 2]"), limits).is_ok());
    assert!(refused("[!Ref a, &x 1, *x, 2, 3]").contains("there are more values than the limit of 6"));
    assert!(refused("[!Not [a]]").contains("nesting is deeper than the limit of 2 levels"));
    assert!(parse(&file("!GetAtt a.b"), limits).is_ok());
    assert!(refused("[!GetAtt a.b]").contains("nesting is deeper than the limit of 2 levels"));
    assert_eq!(refused(&" ".repeat(31)), "t: the file has 31 bytes, more than the limit of 30 bytes\n");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn json_is_yaml(value in json_value(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = file(&text.unwrap());
        let json = json::parse(&text, Limits::default()).expect("JSON");
        let yaml = parse(&text, Limits::default());
        let yaml = &yaml.map_err(|problems| TestCaseError::fail(told(&problems)))?.trees[0];
        prop_assert_eq!(root(yaml), root(&json));
        let spans = |tree: &Tree| {
            let mut spans: Vec<_> = (0..tree.len()).map(|id| tree.span(crate::source::NodeId(id as u32))).collect();
            spans.sort();
            spans
        };
        prop_assert_eq!(spans(yaml), spans(&json));
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = parse(&file(&text), Limits::default());
    }

    #[test]
    fn never_panics_on_almost_yaml(text in "( {1,4}|\n|\r\n|[abé0-9.]{1,4}|: |- |\\? |[\\[\\]{},:#'\"|>&*!%@`~-]|&a |\\*a|!Ref |!GetAtt |!!int |<<|---|\\.\\.\\.|\\|-|>\\+|\t){0,30}") {
        if let Ok(documents) = parse(&file(&text), Limits::default()) {
            let aliases = text.contains('*');
            documents.trees.iter().for_each(|tree| check_spans(tree, !aliases));
        }
    }
}
