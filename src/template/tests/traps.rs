//! `fixtures/traps`: what is true in the world of the defaults and in the others.

use super::*;

fn trap(name: &str) -> Resolved {
    resolved(&format!("traps/{name}"))
}

#[test]
fn anchors_merges_byte_order_marks_and_texts_do_not_change_values() {
    assert_eq!(trap("a1.yaml").properties("D", &[]), json!({"StorageEncrypted": true}));
    assert_eq!(trap("bom.yaml").properties("D", &[]), json!({"StorageEncrypted": false}));
    assert_eq!(trap("c12_mapkeys.yaml").properties("B", &[]), json!({"AccessControl": "PublicRead"}));
    let merged = trap("c13_anchors_dup.yaml").properties("Db", &[]);
    assert_eq!(merged, json!({"StorageEncrypted": true, "PubliclyAccessible": true}));
    let texts = trap("c9_bool_strings.yaml");
    let world = World::open();
    let view = View::new(&texts.inventory.values, &world);
    let id = texts.find("c9_bool_strings", "Db");
    let read = |key| view.boolean(texts.inventory.property(&view, id, &[key])).known().flatten();
    assert_eq!((read("StorageEncrypted"), read("PubliclyAccessible")), (Some(true), Some(false)));
}

#[test]
fn a_key_that_stands_twice_is_an_error_and_nobody_guesses_which_counts() {
    let loaded = loaded("traps/dupkey.json");
    assert_eq!(told(&loaded.diagnostics), ["traps/dupkey.json:1:89: duplicate key `StorageEncrypted`"]);
    assert_eq!((loaded.diagnostics[0].level, loaded.diagnostics[0].notes.len()), (Level::Error, 1));
}

#[test]
fn every_document_of_a_file_is_a_unit_and_a_warning_says_so() {
    let loaded = loaded("traps/multi.yaml");
    assert_eq!(
        told(&loaded.diagnostics),
        ["traps/multi.yaml:3:1: CloudFormation reads only the first document of a file, and this is another one"]
    );
    assert_eq!(loaded.units.len(), 2);
    let (inventory, _) = loaded.units[1].resolve();
    assert_eq!(inventory.stacks[0].name.as_ref(), "multi-2");
    assert_eq!(inventory.resources().len(), 1);
}

#[test]
fn a_parameter_without_a_default_is_open_and_has_its_allowed_values() {
    let trap = trap("c1_param_nodefault.yaml");
    let open = trap.properties("Db", &[]);
    assert_eq!(
        (&open["StorageEncrypted"], &open["PubliclyAccessible"]),
        (&json!("?parameter-without-default"), &json!("false"))
    );
    assert_eq!(trap.properties("Db", &[("Enc", "false")])["StorageEncrypted"], "false");
    assert_eq!(trap.properties("Db", &[("Enc", "true")])["StorageEncrypted"], "true");
}

#[test]
fn both_arms_of_conditions_are_there() {
    let novalue = trap("c2_if_novalue.yaml");
    assert_eq!(novalue.properties("Bucket", &[])["PublicAccessBlockConfiguration"]["BlockPublicAcls"], true);
    let dev = novalue.properties("Bucket", &[("Env", "dev")]);
    assert_eq!(
        (dev.get("BucketEncryption"), &dev["PublicAccessBlockConfiguration"]["BlockPublicAcls"]),
        (None, &json!(false))
    );
    for name in ["c14_cond_default.yaml", "c14b_nodefault.yaml"] {
        let trap = trap(name);
        let public = json!({"StorageEncrypted": false, "PubliclyAccessible": true});
        assert_eq!(trap.properties("ProdDb", &[("Env", "prod")]), public);
        assert_eq!(trap.properties("AnyDb", &[("Env", "prod")]), public);
        assert_eq!(trap.properties("ProdDb", &[("Env", "dev")]), Value::Null);
    }
    let group = trap("c3_if_bad.yaml").properties("Sg", &[]);
    assert_eq!(group["SecurityGroupIngress"][0]["CidrIp"], "0.0.0.0/0");
}

#[test]
fn mappings_and_constant_conditions_are_decided() {
    let maps = trap("c5_findinmap.yaml");
    assert_eq!(maps.properties("Db", &[]), json!({"StorageEncrypted": true, "PubliclyAccessible": false}));
    assert_eq!(maps.properties("DbBad", &[]), json!({"StorageEncrypted": false, "PubliclyAccessible": true}));
    let never = trap("c6_cond_resource.yaml");
    assert_eq!(never.properties("Bucket", &[]), Value::Null);
    assert_eq!(never.inventory.resources().len(), 1);
    let off = trap("c16_enc_false.yaml");
    assert_eq!(off.properties("CondFalse", &[]), json!({"StorageEncrypted": false}));
    assert_eq!(off.properties("P", &[]), json!({"StorageEncrypted": "false"}));
}
