//! Random questions over a small alphabet, in which patterns, principals and conditions often meet. The same seed gives the
//! same questions on every machine.

use serde_json::{Map, Value, json};

/// SplitMix64, by Sebastiano Vigna (public domain): small, and the same everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Whether something that happens `percent` times in a hundred happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// Some of the texts: usually one, at most three.
    fn some(&mut self, from: &[&str]) -> Value {
        match self.below(10) {
            0..7 => json!(self.pick(from)),
            7..9 => json!([self.pick(from), self.pick(from)]),
            _ => json!([self.pick(from), self.pick(from), self.pick(from)]),
        }
    }
}

const HOME: &str = "111122223333";
const AWAY: &str = "444455556666";

const PRINCIPALS: [&str; 14] = [
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:user/bob",
    "arn:aws:iam::111122223333:user/team/ann",
    "arn:aws:sts::111122223333:assumed-role/app/one",
    "arn:aws:sts::111122223333:assumed-role/app/one",
    "arn:aws:sts::111122223333:assumed-role/app/two",
    "arn:aws:sts::444455556666:assumed-role/app/one",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:sts::111122223333:federated-user/eve",
    "arn:aws:iam::111122223333:root",
    "lambda.amazonaws.com",
    "sns.amazonaws.com",
    "anonymous",
];

/// What policies of resources name.
const NAMED: [&str; 21] = [
    r#""*""#,
    r#""*""#,
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
    r#"{"AWS":"444455556666"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#,
    r#"{"AWS":["arn:aws:iam::111122223333:user/team/ann","arn:aws:iam::444455556666:user/bob"]}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/app/one"}"#,
    r#"{"AWS":["arn:aws:sts::111122223333:assumed-role/app/two","111122223333"]}"#,
    r#"{"AWS":"arn:aws:iam::444455556666:role/app"}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:federated-user/eve"}"#,
    r#"{"Service":"lambda.amazonaws.com"}"#,
    r#"{"Service":["sns.amazonaws.com","lambda.amazonaws.com"]}"#,
    r#"{"Federated":"accounts.google.com"}"#,
    r#"{"AWS":"111122223333","Service":"sns.amazonaws.com"}"#,
    r#"{"AWS":["arn:aws:sts::111122223333:assumed-role/app/one","arn:aws:iam::111122223333:role/app","111122223333"]}"#,
];

/// Actions with their resources.
const REQUESTS: [(&str, &[&str]); 10] = [
    ("s3:GetObject", &["arn:aws:s3:::data/a.txt", "arn:aws:s3:::data/bob/a.txt", "arn:aws:s3:::other/x/data"]),
    ("s3:PutObject", &["arn:aws:s3:::data/a.txt", "arn:aws:s3:::data/app/b"]),
    ("s3:ListBucket", &["arn:aws:s3:::data", "arn:aws:s3:::other"]),
    ("sqs:SendMessage", &["arn:aws:sqs:eu-west-1:111122223333:jobs", "arn:aws:sqs:us-east-1:444455556666:jobs"]),
    ("sns:Publish", &["arn:aws:sns:eu-west-1:111122223333:news"]),
    (
        "lambda:InvokeFunction",
        &["arn:aws:lambda:eu-west-1:111122223333:function:f", "arn:aws:lambda:eu-west-1:111122223333:function:f:1"],
    ),
    ("kms:Decrypt", &["arn:aws:kms:eu-west-1:111122223333:key/1234", "arn:aws:kms:us-east-1:444455556666:key/5678"]),
    ("sts:AssumeRole", &["arn:aws:iam::111122223333:role/target", "arn:aws:iam::444455556666:role/x/target"]),
    ("iam:GetUser", &["arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:user/team/ann"]),
    ("ec2:StopInstances", &["arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc"]),
];

const ACTIONS: [&str; 16] = [
    "*",
    "*",
    "s3:*",
    "S3:Get*",
    "s3:getobject",
    "s3:?etObject",
    "s3:*Object",
    "s3:PutObject",
    "sqs:*",
    "sns:Publish",
    "lambda:Invoke*",
    "kms:*",
    "sts:AssumeRole",
    "sts:*",
    "iam:Get*",
    "ec2:Stop*",
];

const RESOURCES: [&str; 28] = [
    "*",
    "*",
    "*",
    "arn:aws:s3:::data",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::*/a.txt",
    "arn:aws:s3:::d?ta/a.*",
    "arn:aws:s3:::data/${aws:username}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/team, 'app'}/*",
    "arn:aws:s3:::data/${*}",
    "arn:aws:s3:::${aws:PrincipalTag/team, 'data'}/a${$}*",
    "arn:aws:s3:::other*",
    "arn:aws:sqs:*:*:jobs",
    "arn:aws:sqs:eu-*:111122223333:*",
    "arn:aws:sqs:*:jobs",
    "arn:aws:sqs:eu-*-1:1*3:j?bs",
    "arn:aws:sns:eu-west-1:*:news",
    "arn:aws:lambda:*:111122223333:function:f",
    "arn:aws:lambda:*:*:function:*",
    "arn:aws:lambda:eu-west-1:111122223333:function:f:?",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::*:*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:s3",
    "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:jobs",
];

/// Keys of the request: name, whether it has several values, the values.
const CONTEXT: [(&str, bool, &[&str]); 16] = [
    ("aws:SourceIp", false, &["203.0.113.7", "10.1.2.3", "2001:db8::7", "198.51.100.1"]),
    ("aws:SecureTransport", false, &["true", "false"]),
    ("aws:CurrentTime", false, &["2026-01-01T00:00:00Z", "2026-06-30T12:00:00Z", "2025-12-31T23:59:59Z"]),
    ("aws:MultiFactorAuthPresent", false, &["true", "false"]),
    ("aws:MultiFactorAuthAge", false, &["0", "300", "3600", "99999"]),
    ("aws:PrincipalTag/team", false, &["app", "bob", "data", "*"]),
    ("aws:PrincipalTag/Level", false, &["5", "10", "9.5", "high"]),
    ("aws:PrincipalOrgID", false, &["o-aaaa", "o-bbbb"]),
    ("aws:PrincipalOrgPaths", true, &["o-aaaa/r-1/ou-1/", "o-aaaa/r-1/ou-2/", "o-bbbb/r-2/"]),
    ("aws:CalledVia", true, &["athena.amazonaws.com", "cloudformation.amazonaws.com", "dynamodb.amazonaws.com"]),
    ("aws:SourceVpce", false, &["vpce-1", "vpce-2"]),
    ("aws:SourceArn", false, &["arn:aws:s3:::data", "arn:aws:sns:eu-west-1:111122223333:news", "arn:aws:sns:x:y:z:w"]),
    ("aws:SourceAccount", false, &[HOME, AWAY]),
    ("aws:RequestedRegion", false, &["eu-west-1", "us-east-1"]),
    ("aws:UserAgent", false, &["Boto3", "boto3", "QmluYXJ5", ""]),
    ("aws:ViaAWSService", false, &["true", "false"]),
];

/// Operators by what they compare, with keys and values for them.
const TEXT: &[&str] = &[
    "StringEquals",
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const TEXT_KEYS: &[&str] = &[
    "aws:PrincipalTag/team",
    "aws:PrincipalTag/Team",
    "aws:PrincipalOrgID",
    "aws:SourceVpce",
    "aws:SourceAccount",
    "aws:RequestedRegion",
    "aws:UserAgent",
    "aws:username",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "AWS:SOURCEVPCE",
    "aws:userid",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:ResourceAccount",
    "aws:PrincipalArn",
];
const TEXT_VALUES: &[&str] = &[
    "app",
    "APP",
    "bob",
    "data",
    "a*",
    "b?b",
    "*",
    "o-aaaa",
    "o-*",
    "vpce-1",
    "vpce-?",
    HOME,
    AWAY,
    "1*",
    "eu-west-1",
    "boto3",
    "",
    "Boto3",
    "User",
    "AssumedRole",
    "Anonymous",
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/none}",
    "${aws:PrincipalAccount}",
    "${aws:PrincipalTag/none, 'app'}",
    "x-${aws:PrincipalTag/none}",
    "${*}",
    "${aws:RequestedRegion}*",
    "true",
    "lambda.amazonaws.com",
    "${aws:CalledVia}",
];
const SETS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const SET_KEYS: &[&str] = &["aws:PrincipalOrgPaths", "aws:CalledVia", "aws:calledvia"];
const SET_VALUES: &[&str] = &[
    "o-aaaa/r-1/ou-1/",
    "o-aaaa/*",
    "o-bbbb/*",
    "athena.amazonaws.com",
    "*.amazonaws.com",
    "dynamodb.amazonaws.com",
    "cloudformation.amazonaws.com",
    "${aws:PrincipalOrgID}/*",
];
const NUMBERS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const NUMBER_VALUES: &[&str] = &["0", "300", "300.0", "10", "9.5", "100000", "-1"];
const DATES: &[&str] =
    &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"];
const DATE_VALUES: &[&str] =
    &["2026-01-01T00:00:00Z", "2026-01-01", "2026-06-30T12:00:00+00:00", "2027-01-01T00:00:00Z", "2020-02-29"];
const ADDRESS_VALUES: &[&str] = &[
    "203.0.113.0/24",
    "10.0.0.0/8",
    "10.1.2.3",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "198.51.100.0/31",
    "10.1.2.3/32",
    "2001:db8::8",
];
const ARNS: &[&str] = &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];
const ARN_VALUES: &[&str] = &[
    "arn:aws:s3:::data",
    "arn:aws:s3:::*",
    "arn:aws:sns:*:111122223333:*",
    "arn:aws:sns:*:*:news",
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:iam::*:role/app",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "arn:aws:iam::*:*",
    "arn:*:iam::1?1122223333:*",
    "arn:aws:iam::${aws:PrincipalAccount}:*",
    "arn:aws:sts::*:federated-user/*",
    "*",
    "data",
];

/// A question: the policies of each layer, and the request.
pub(super) fn question(random: &mut Random) -> Value {
    let principal = random.pick(&PRINCIPALS);
    let (action, resources) = REQUESTS[random.below(REQUESTS.len())];
    let resource = random.pick(resources);
    let written = resource.split(':').nth(4).unwrap_or_default();
    let account = match written {
        "" if random.chance(70) => HOME,
        "" => AWAY,
        written => written,
    };
    let mut context = Map::new();
    for (key, several, values) in &CONTEXT {
        if random.chance(60) {
            let value = if *several { Value::Array(texts(random, values)) } else { json!(random.pick(values)) };
            context.insert((*key).to_owned(), value);
        }
    }
    let mut question = json!({
        "request": {"principal": principal, "action": action, "resource": resource, "account": account, "context": context},
        "identity": [],
    });
    layers(random, principal, action, &mut question);
    question
}

fn texts(random: &mut Random, values: &[&str]) -> Vec<Value> {
    (0..1 + random.below(2)).map(|_| json!(random.pick(values))).collect()
}

/// What a question is about, for policies that have something to do with it.
#[derive(Clone, Copy)]
struct About<'a> {
    principal: &'a str,
    action: &'a str,
}

impl About<'_> {
    /// Patterns that may match the action, or any.
    fn actions(self, random: &mut Random) -> Value {
        let service = self.action.split(':').next().unwrap_or_default();
        let near = |text: &&&str| **text == "*" || text.to_ascii_lowercase().starts_with(service);
        near_or_any(random, &ACTIONS, near)
    }

    fn resources(self, random: &mut Random) -> Value {
        let service = match self.action.split(':').next().unwrap_or_default() {
            "sts" => "iam",
            service => service,
        };
        let near = |text: &&&str| **text == "*" || text.starts_with(&format!("arn:aws:{service}:"));
        near_or_any(random, &RESOURCES, near)
    }

    fn named(self, random: &mut Random) -> Value {
        let account = self.principal.split(':').nth(4).unwrap_or(self.principal);
        let near = |text: &&&str| text.contains('*') || text.contains(account);
        let near: Vec<&str> = NAMED.iter().filter(near).copied().collect();
        let from = if random.chance(75) { &near[..] } else { &NAMED[..] };
        serde_json::from_str(random.pick(from)).unwrap()
    }
}

fn near_or_any(random: &mut Random, all: &[&str], near: impl Fn(&&&str) -> bool) -> Value {
    let near: Vec<&str> = all.iter().filter(near).copied().collect();
    if random.chance(80) { random.some(&near) } else { random.some(all) }
}

fn layers(random: &mut Random, principal: &str, action: &str, question: &mut Value) {
    let about = About { principal, action };
    // Who has no account has no policies of its own.
    let own = principal.starts_with("arn:");
    let root = principal.ends_with(":root");
    let trust = action == "sts:AssumeRole";
    if own && !root {
        let count = random.below(3);
        question["identity"] = (0..count).map(|_| policy(random, about, false, false)).collect();
    }
    if own && random.chance(35) {
        question["scps"] = levels(random, about, false);
    }
    if random.chance(20) {
        question["rcps"] = levels(random, about, true);
    }
    if trust || action == "kms:Decrypt" || !own || random.chance(50) {
        question["resource"] = policy(random, about, true, trust);
    }
    if own && !root && random.chance(25) {
        question["boundary"] = policy(random, about, false, false);
    }
    if principal.starts_with("arn:aws:sts")
        && ((principal.contains("federated") && random.chance(90)) || random.chance(35))
    {
        question["session"] = policy(random, about, false, false);
    }
    if random.chance(10) {
        question["endpoint"] = endpoint(random, about);
    }
}

fn levels(random: &mut Random, about: About<'_>, resource: bool) -> Value {
    let count = 1 + random.below(3);
    (0..count)
        .map(|_| {
            let mut policies: Vec<Value> = Vec::new();
            if !resource && random.chance(75) {
                policies.push(wrap(random, vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]));
            }
            if random.chance(50) {
                policies.push(match resource {
                    true => json!({"Version": "2012-10-17", "Statement": control(random, about)}),
                    false => {
                        let statement = statement(random, about, false, false);
                        wrap(random, vec![statement])
                    }
                });
            }
            Value::Array(policies)
        })
        .collect()
}

/// A statement of a resource control policy: it denies, everyone, and names its services.
fn control(random: &mut Random, about: About<'_>) -> Value {
    let mut statement = statement(random, about, false, false);
    statement["Effect"] = json!("Deny");
    statement["Principal"] = json!("*");
    let service = about.action.split(':').next().unwrap_or_default();
    let actions = [format!("{service}:*"), about.action.to_owned(), "s3:*".to_owned(), "KMS:Decrypt".to_owned()];
    statement.as_object_mut().unwrap().remove("NotAction");
    statement["Action"] = random.some(&actions.each_ref().map(String::as_str));
    statement
}

fn endpoint(random: &mut Random, about: About<'_>) -> Value {
    let mut statement = statement(random, about, false, false);
    statement["Principal"] = json!("*");
    let mut all = vec![statement];
    if random.chance(60) {
        all.push(json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}));
    }
    wrap(random, all)
}

fn policy(random: &mut Random, about: About<'_>, resource: bool, trust: bool) -> Value {
    let count = 1 + random.below(3);
    let statements = (0..count).map(|_| statement(random, about, resource, trust)).collect();
    wrap(random, statements)
}

fn wrap(random: &mut Random, mut statements: Vec<Value>) -> Value {
    let version = if random.chance(92) { "2012-10-17" } else { "2008-10-17" };
    let statements =
        if statements.len() == 1 && random.chance(30) { statements.remove(0) } else { Value::Array(statements) };
    json!({"Version": version, "Statement": statements})
}

fn statement(random: &mut Random, about: About<'_>, resource: bool, trust: bool) -> Value {
    let mut statement = json!({"Effect": if random.chance(72) { "Allow" } else { "Deny" }});
    let element = |not: bool, name: &str| if not { format!("Not{name}") } else { name.to_owned() };
    let not_action = random.chance(8) && !trust;
    let actions = if trust {
        random.some(&["sts:AssumeRole", "sts:*", "STS:Assume*", "sts:TagSession"])
    } else {
        about.actions(random)
    };
    statement[element(not_action, "Action")] = actions;
    if !trust {
        let not_resource = random.chance(8);
        statement[element(not_resource, "Resource")] = about.resources(random);
    }
    if resource {
        // Refused in trust policies.
        let not_principal = random.chance(6) && !trust;
        statement[element(not_principal, "Principal")] = about.named(random);
    }
    if random.chance(40) {
        let mut conditions = Map::new();
        for _ in 0..1 + random.below(2) {
            let (operator, key, values) = condition(random);
            let keys = conditions.entry(operator).or_insert_with(|| json!({}));
            keys[key] = values;
        }
        statement["Condition"] = Value::Object(conditions);
    }
    statement
}

fn condition(random: &mut Random) -> (String, String, Value) {
    let (operator, keys, values): (&str, &[&str], &[&str]) = match random.below(20) {
        0..7 => (random.pick(TEXT), TEXT_KEYS, TEXT_VALUES),
        7..10 => return set(random),
        10..12 => (random.pick(NUMBERS), &["aws:MultiFactorAuthAge", "aws:PrincipalTag/Level"], NUMBER_VALUES),
        12 => (random.pick(DATES), &["aws:CurrentTime", "aws:TokenIssueTime"], DATE_VALUES),
        13..15 => (random.pick(&["IpAddress", "NotIpAddress"]), &["aws:SourceIp", "aws:VpcSourceIp"], ADDRESS_VALUES),
        15..17 => (random.pick(ARNS), &["aws:SourceArn", "aws:PrincipalArn"], ARN_VALUES),
        17 => ("Bool", &["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService"], &["true", "false"]),
        18 => ("BinaryEquals", &["aws:UserAgent"], &["QmluYXJ5", "AAAA"]),
        _ => {
            let keys =
                ["aws:TokenIssueTime", "aws:SourceVpce", "aws:MultiFactorAuthAge", "aws:CalledVia", "aws:username"];
            return ("Null".to_owned(), random.pick(&keys).to_owned(), json!(random.pick(&["true", "false"])));
        }
    };
    let suffix = if random.chance(20) { "IfExists" } else { "" };
    (format!("{operator}{suffix}"), random.pick(keys).to_owned(), random.some(values))
}

/// A condition on a key with several values, or with an operator for such keys.
fn set(random: &mut Random) -> (String, String, Value) {
    let quantifier = random.pick(&["ForAllValues:", "ForAnyValue:", "ForAnyValue:", ""]);
    let suffix = if random.chance(20) { "IfExists" } else { "" };
    // Also on a key that has one.
    let single = random.chance(15);
    let (keys, values) =
        if single { (&["aws:PrincipalTag/team", "aws:SourceVpce"][..], TEXT_VALUES) } else { (SET_KEYS, SET_VALUES) };
    let operator = format!("{quantifier}{}{suffix}", random.pick(SETS));
    (operator, random.pick(keys).to_owned(), random.some(values))
}
