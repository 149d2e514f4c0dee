//! Answers against brute force over a small alphabet.

use super::lit;
use super::pred;
use super::*;
use proptest::prelude::*;
use std::sync::Arc;

const ALPHABET: [char; 4] = ['a', 'B', ':', '/'];

/// All texts of up to `length` characters.
fn texts(length: usize) -> Vec<String> {
    let (mut all, mut last) = (vec![String::new()], vec![String::new()]);
    for _ in 0..length {
        last = last.iter().flat_map(|text| ALPHABET.map(|c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// What a pattern means, written down anew.
fn naive(toks: &[Tok], fold: bool, text: &[char]) -> bool {
    let admits = |scope: Scope, c: char| match scope {
        Scope::All => true,
        Scope::Part => c != ':',
        Scope::Name => !matches!(c, ':' | '/'),
    };
    match (toks.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Tok::Star(scope), rest)), next) => {
            naive(rest, fold, text) || next.is_some_and(|(c, tail)| admits(*scope, *c) && naive(toks, fold, tail))
        }
        (Some(_), None) => false,
        (Some((Tok::One(scope), rest)), Some((c, tail))) => admits(*scope, *c) && naive(rest, fold, tail),
        (Some((Tok::Lit(l), rest)), Some((c, tail))) => {
            (l == c || fold && l.eq_ignore_ascii_case(c)) && naive(rest, fold, tail)
        }
    }
}

fn tok() -> impl Strategy<Value = Tok> {
    let scope = || prop_oneof![3 => Just(Scope::All), 2 => Just(Scope::Part), 1 => Just(Scope::Name)];
    prop_oneof![
        4 => prop::sample::select(ALPHABET.to_vec()).prop_map(Tok::Lit),
        1 => scope().prop_map(Tok::One),
        2 => scope().prop_map(Tok::Star),
    ]
}

fn sets() -> impl Strategy<Value = Vec<(Arc<GlobSet>, bool)>> {
    let glob = || prop::collection::vec(tok(), 0..5);
    let set = (prop::collection::vec(glob(), 1..4), any::<bool>(), any::<bool>()).prop_map(|(globs, fold, not)| {
        let globs = globs.into_iter().map(|toks| Glob::new(toks, fold)).collect();
        (Arc::new(GlobSet::new(globs)), not)
    });
    prop::collection::vec(set, 1..5)
}

fn pred((set, not): &(Arc<GlobSet>, bool)) -> Pred {
    Pred { set: Set::Text(set.clone()), not: *not }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_pattern_matches_what_it_means(toks in prop::collection::vec(tok(), 0..6), fold: bool) {
        let glob = Glob::new(toks.clone(), fold);
        for text in texts(4) {
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(glob.matches(&text), naive(&toks, fold, &chars), "{:?} {}", toks, text);
        }
    }

    #[test]
    fn covering_and_disjoint_patterns_are_so(a in prop::collection::vec(tok(), 0..5), b in prop::collection::vec(tok(), 0..5), fa: bool, fb: bool) {
        let (a, b) = (Glob::new(a, fa), Glob::new(b, fb));
        for text in texts(4) {
            prop_assert!(!a.covers(&b) || !b.matches(&text) || a.matches(&text), "{:?} {:?} {}", a, b, text);
            prop_assert!(!a.disjoint(&b) || !b.matches(&text) || !a.matches(&text), "{:?} {:?} {}", a, b, text);
        }
    }

    #[test]
    fn conjunctions_of_patterns_are_decided(sets in sets()) {
        let preds: Vec<Pred> = sets.iter().map(pred).collect();
        match pred::solve(&preds.iter().collect::<Vec<_>>()) {
            Answer::Sat(text) => {
                let chars: Vec<char> = text.chars().collect();
                for (set, not) in &sets {
                    let found = set.globs().iter().any(|glob| naive(glob.toks(), glob.fold(), &chars));
                    prop_assert_ne!(found, *not, "{} {:?}", text, set);
                }
            }
            Answer::Unsat => {
                for text in texts(5) {
                    prop_assert!(!preds.iter().all(|pred| pred.holds(&text)), "{}", text);
                }
            }
            Answer::Limit => prop_assert!(false, "so small a case is decided"),
        }
    }

    #[test]
    fn a_large_set_finds_the_patterns_that_its_members_match(globs in prop::collection::vec(prop::collection::vec(tok(), 0..5), 12..40), fold: bool) {
        let globs: Vec<Glob> = globs.into_iter().map(|toks| Glob::new(toks, fold)).collect();
        let set = GlobSet::new(globs.clone());
        for text in texts(3) {
            prop_assert_eq!(set.contains(&text), globs.iter().any(|glob| glob.matches(&text)));
        }
        for glob in &globs {
            for other in globs.iter().filter(|other| !other.disjoint(glob)) {
                prop_assert!(set.near(glob).contains(&other));
            }
        }
    }

    #[test]
    fn conditions_on_keys_are_decided(lits in prop::collection::vec((any::<bool>(), 0..4, 0..5_u8, any::<bool>()), 1..5), single: bool) {
        // Values a, b, c and combinations of them stand for all: the patterns tell only these apart.
        let lits: Vec<Lit> = lits.into_iter().map(|(absent_ok, form, which, not)| {
            let text = ["a", "b", "?", "*", "b*"][usize::from(which)];
            let set = Set::Text(Arc::new(GlobSet::new(vec![Glob::like(text, false)])));
            let pred = Arc::new(Pred { set, not });
            let form = match form { 0 => Form::False, 1 => Form::True, 2 => Form::ForAll(pred), _ => Form::Exists(pred) };
            Lit { absent_ok, form }
        }).collect();
        let words = ["a", "b", "c", "bb", ""];
        let mut states: Vec<Value> = vec![None];
        states.extend((1..32_u32).filter(|bits| !single || bits.count_ones() == 1).map(|bits| {
            Some((0..5).filter(|at| bits & (1 << at) != 0).map(|at| words[at].to_owned()).collect())
        }));
        let holds = |value: &Value| lits.iter().all(|lit| lit.holds(value.as_deref()) && !lit.complement().holds(value.as_deref()));
        match lit::solve(&lits.iter().collect::<Vec<_>>(), single) {
            Answer::Sat(value) => {
                prop_assert!(holds(&value), "{:?}", value);
                prop_assert!(!single || value.is_none_or(|values| values.len() == 1));
            }
            Answer::Unsat => prop_assert!(!states.iter().any(holds)),
            Answer::Limit => prop_assert!(false),
        }
    }

    #[test]
    fn numbers_are_decided(preds in prop::collection::vec((0..5_u8, -3..4_i32, any::<bool>()), 1..6)) {
        let preds: Vec<Pred> = preds.into_iter().map(|(how, bound, not)| {
            let how = [Compare::Equal, Compare::Less, Compare::AtMost, Compare::Greater, Compare::AtLeast][usize::from(how)];
            Pred { set: Set::Number(how, vec![Number::parse(&bound.to_string()).unwrap()]), not }
        }).collect();
        let holds = |value: &str| preds.iter().all(|pred| pred.holds(value));
        match pred::solve(&preds.iter().collect::<Vec<_>>()) {
            Answer::Sat(value) => prop_assert!(holds(&value), "{}", value),
            Answer::Unsat => {
                let numbers = (-10..=10).map(|half| format!("{}", f64::from(half) / 2.0));
                prop_assert!(!numbers.chain(["word".to_owned()]).any(|value| holds(&value)));
            }
            Answer::Limit => prop_assert!(false),
        }
    }

    #[test]
    fn addresses_are_decided(preds in prop::collection::vec((0..8_u32, 29..33_u32, any::<bool>()), 1..5)) {
        let preds: Vec<Pred> = preds.into_iter().map(|(host, length, not)| {
            Pred { set: Set::Address(vec![Network::parse(&format!("10.0.0.{host}/{length}")).unwrap()]), not }
        }).collect();
        let holds = |value: &str| preds.iter().all(|pred| pred.holds(value));
        match pred::solve(&preds.iter().collect::<Vec<_>>()) {
            Answer::Sat(value) => prop_assert!(holds(&value), "{}", value),
            Answer::Unsat => {
                let addresses = (0..16).map(|host| format!("10.0.0.{host}"));
                prop_assert!(!addresses.chain(["::1".to_owned(), "9.9.9.9".to_owned()]).any(|value| holds(&value)));
            }
            Answer::Limit => prop_assert!(false),
        }
    }
}

#[test]
fn networks_of_one_family_hold_no_address_of_the_other() {
    let all = Set::Address(vec![Network::parse("0.0.0.0/0").unwrap()]);
    assert!(all.contains("8.8.8.8") && !all.contains("::1") && !all.contains("10.0.0.0/8"));
    assert!(Network::parse("10.0.0.0/33").is_none());
}

#[test]
fn dates_are_read_in_all_their_forms() {
    let date = Moment::parse("2020-04-01").unwrap();
    assert_eq!(Moment::parse("2020-04-01T00:00:00Z"), Some(date));
    assert_eq!(Moment::parse("1585699200"), Some(date));
    assert_eq!(Moment::parse("tomorrow"), None);
}

#[test]
fn theories_mix_where_a_candidate_settles_it() {
    let number = Pred { set: Set::Number(Compare::Less, vec![Number::parse("10").unwrap()]), not: false };
    let text =
        |pattern: &str, not| Pred { set: Set::Text(Arc::new(GlobSet::new(vec![Glob::like(pattern, false)]))), not };
    assert!(matches!(pred::solve(&[&number, &text("9", true)]), Answer::Sat(_)));
    assert_eq!(pred::solve(&[&number, &text("9", false)]), Answer::Sat("9".to_owned()));
    assert_eq!(pred::solve(&[&number, &text("5??5", false)]), Answer::Limit);
    assert_eq!(pred::solve(&[&number, &text("12", false)]), Answer::Unsat);
    assert_eq!(pred::solve(&[&number, &text("nine", false)]), Answer::Unsat);
}

#[test]
fn stars_of_resources_cross_colons_only_at_the_end_of_a_part() {
    let matches = |pattern: &str, text: &str| Glob::resource(pattern).matches(text);
    assert!(matches("arn:aws:sqs:*:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:q"));
    assert!(matches("arn:aws:sns*", "arn:aws:sns:eu-west-1:111122223333:t"));
    assert!(!matches("arn:aws:s*s:q", "arn:aws:sqs:eu-west-1:s:q"));
    assert!(matches("arn:aws:s3:::a*z/*", "arn:aws:s3:::a/b:c/z/"));
    assert!(matches("\u{1}Bucket.Arn\u{1}/*", "\u{1}Bucket.Arn\u{1}/x"));
    assert!(!Glob::resource("\u{1}A*\u{1}").matches("\u{1}AB\u{1}"));
    assert!(!Glob::arn("arn:aws:sns*").matches("arn:aws:sns:eu-west-1:111122223333:t"));
}

#[test]
fn witnesses_look_like_what_people_write() {
    let set = |pattern: &str| Set::Text(Arc::new(GlobSet::new(vec![Glob::resource(pattern)])));
    let solve = |pattern: &str| pred::solve(&[&Pred { set: set(pattern), not: false }]);
    assert_eq!(solve("arn:aws:sqs:*:*:q-*"), Answer::Sat("arn:aws:sqs:us-east-1:111122223333:q-x".to_owned()));
    assert_eq!(solve("arn:aws:iam::*:role/*"), Answer::Sat("arn:aws:iam::111122223333:role/x".to_owned()));
    assert_eq!(solve("arn:aws:s3:::*"), Answer::Sat("arn:aws:s3:::x".to_owned()));
}

#[test]
fn many_inner_stars_are_decided() {
    let glob = |text: &str| Pred { set: Set::Text(Arc::new(GlobSet::new(vec![Glob::like(text, false)]))), not: false };
    let wanted = ["*a*b*c*d*", "*b*a*d*c*", "*c*d*a*b*", "*d*c*b*a*", "*a*d*b*c*"].map(glob);
    let barred = ["*aa*bb*c*d*", "*b*c*b*c*b*", "*dd*a*dd*", "*c*a*c*a*c*a*", "*abcd*"]
        .map(|text| Pred { not: true, ..glob(text) });
    let all: Vec<&Pred> = wanted.iter().chain(&barred).collect();
    match pred::solve(&all) {
        Answer::Sat(text) => assert!(all.iter().all(|pred| pred.holds(&text))),
        other => panic!("{other:?}"),
    }
}
