use super::*;

#[test]
fn built_in_rules_have_no_problem() {
    let problems = crate::rule::lint_builtin();
    let told: Vec<String> = problems.iter().map(|p| format!("{p} | {:?}", p.help)).collect();
    assert_eq!(told, Vec::<String>::new());
}
