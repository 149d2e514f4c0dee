//! What of CloudFormation's template language fasscan resolves, and what it leaves open: the table that
//! `docs/cloudformation.md` is made of.

use std::fmt::Write as _;

/// What fasscan does with a part of the template language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It becomes the value that CloudFormation gives it.
    Resolved,
    /// It becomes that value in every case that conditions and parameters leave open; what it is given and is not known
    /// makes it unknown, for the same cause.
    Decided,
    /// It is unknown, for the cause of this id.
    Unknown(&'static str),
    /// It is read and may be shown, and decides no verdict.
    Read,
    /// It says nothing about resources.
    Ignored,
}

/// A part of the template language.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// As it is written in templates.
    pub name: &'static str,
    /// What fasscan does with it.
    pub state: State,
    /// What else there is to know; may be empty.
    pub note: &'static str,
    /// AWS's page, below [`ROOT`].
    pub page: &'static str,
}

/// Where the pages of AWS are.
pub const ROOT: &str = "https://docs.aws.amazon.com/";

macro_rules! features {
    ($prefix:expr; $($name:literal, $state:expr, $page:literal, $note:literal;)*) => {
        &[$(Feature { name: $name, state: $state, note: $note, page: concat!($prefix, $page, ".html") },)*]
    };
}
macro_rules! reference {
    ($($rest:tt)*) => { features!("AWSCloudFormation/latest/TemplateReference/"; $($rest)*) };
}
macro_rules! guide {
    ($($rest:tt)*) => { features!("AWSCloudFormation/latest/UserGuide/"; $($rest)*) };
}

use State::{Decided, Ignored, Read, Resolved, Unknown};

/// The intrinsic functions.
pub const FUNCTIONS: &[Feature] = reference![
    "Ref", Decided, "intrinsic-function-reference-ref", "of a resource whose name the template writes, that name; of others a reference, which relations follow";
    "Fn::GetAtt", Decided, "intrinsic-function-reference-getatt", "as `Ref`; outputs of nested stacks at hand are their values; else `runtime-attribute`";
    "Fn::Sub", Decided, "intrinsic-function-reference-sub", "";
    "Fn::Join", Decided, "intrinsic-function-reference-join", "";
    "Fn::Split", Decided, "intrinsic-function-reference-split", "";
    "Fn::Select", Decided, "intrinsic-function-reference-select", "";
    "Fn::FindInMap", Decided, "intrinsic-function-reference-findinmap", "`DefaultValue` and functions as keys with `AWS::LanguageExtensions`";
    "Fn::Base64", Decided, "intrinsic-function-reference-base64", "";
    "Fn::Cidr", Decided, "intrinsic-function-reference-cidr", "";
    "Fn::GetAZs", Decided, "intrinsic-function-reference-getavailabilityzones", "the first zones of the region by letter: which an account sees differs";
    "Fn::ImportValue", Decided, "intrinsic-function-reference-importvalue", "of a stack of the same scan; else `import-value`";
    "Fn::GetStackOutput", Decided, "intrinsic-function-reference-getstackoutput", "as `Fn::ImportValue`";
    "Fn::If", Resolved, "intrinsic-function-reference-conditions", "both arms are explored where the condition is open";
    "Fn::Equals", Resolved, "intrinsic-function-reference-conditions", "in `Conditions`";
    "Fn::And", Resolved, "intrinsic-function-reference-conditions", "in `Conditions`";
    "Fn::Or", Resolved, "intrinsic-function-reference-conditions", "in `Conditions`";
    "Fn::Not", Resolved, "intrinsic-function-reference-conditions", "in `Conditions`";
    "Condition", Resolved, "intrinsic-function-reference-conditions", "in `Conditions`";
    "Fn::ForEach", Decided, "intrinsic-function-reference-foreach", "with `AWS::LanguageExtensions`; a loop over what is not known is a gap";
    "Fn::Length", Decided, "intrinsic-function-reference-length", "with `AWS::LanguageExtensions`";
    "Fn::ToJsonString", Decided, "intrinsic-function-reference-ToJsonString", "with `AWS::LanguageExtensions`";
    "Fn::Transform", Unknown("macro"), "intrinsic-function-reference-transform", "but `AWS::Include` of a local file, which is resolved";
];

/// The functions that stand in the section `Rules` only.
pub const RULE_FUNCTIONS: &[Feature] = reference![
    "Fn::Contains", Decided, "intrinsic-function-reference-rules", "in `Rules`";
    "Fn::EachMemberEquals", Decided, "intrinsic-function-reference-rules", "in `Rules`";
    "Fn::EachMemberIn", Decided, "intrinsic-function-reference-rules", "in `Rules`";
    "Fn::RefAll", Ignored, "intrinsic-function-reference-rules", "what it asks of the account constrains nothing";
    "Fn::ValueOf", Ignored, "intrinsic-function-reference-rules", "what it asks of the account constrains nothing";
    "Fn::ValueOfAll", Ignored, "intrinsic-function-reference-rules", "what it asks of the account constrains nothing";
];

/// Transforms and other ways in which templates are expanded.
pub const TRANSFORMS: &[Feature] = reference![
    "AWS::Include", Decided, "transform-aws-include", "of a local file, as `aws cloudformation package` takes it; of `s3://` it is `macro`";
    "AWS::LanguageExtensions", Decided, "transform-aws-languageextensions", "before `AWS::Serverless`, wherever it stands in the list";
    "AWS::Serverless-2016-10-31", Decided, "transform-aws-serverless", "the types are listed below";
    "AWS::CodeDeployBlueGreen", Unknown("macro"), "transform-aws-codedeploybluegreen", "nothing of the stack is called compliant";
    "AWS::SecretsManager-2020-07-23", Unknown("macro"), "transform-aws-secretsmanager", "nothing of the stack is called compliant";
    "AWS::SecretsManager-2024-09-16", Unknown("macro"), "transform-aws-secretsmanager", "nothing of the stack is called compliant";
    "AWS::ServiceCatalog", Unknown("macro"), "transform-aws-servicecatalog", "nothing of the stack is called compliant";
];

/// Macros and modules of the account or of other tools.
pub const MACROS: &[Feature] = guide![
    "macros of the whole template", Unknown("macro"), "template-macros", "nothing of the stack is called compliant, and no name that is missing is an error";
    "macros in a section or resource", Unknown("macro"), "template-macros", "what they stand beside is unknown; in `Resources` they may make resources";
    "resource types `…::MODULE`", Unknown("macro"), "modules", "they may make resources";
    "`LocalModule` and tags of other tools, such as `!Rain::Module`", Unknown("macro"), "modules", "they may make resources";
];

/// The sections of a template.
pub const SECTIONS: &[Feature] = guide![
    "AWSTemplateFormatVersion", Ignored, "format-version-structure", "there is one version";
    "Description", Ignored, "template-description-structure", "";
    "Metadata", Read, "metadata-section-structure", "suppressions of cfn-lint";
    "Parameters", Decided, "parameters-section-structure", "the value that the deployment gives, or else the default; conditions are explored for every value";
    "Rules", Decided, "rules-section-structure", "cases that a rule refuses are not explored; values that one refuses are said";
    "Mappings", Resolved, "mappings-section-structure", "";
    "Conditions", Resolved, "conditions-section-structure", "what parameters leave open is explored";
    "Transform", Resolved, "transform-section-structure", "see the transforms";
    "Resources", Resolved, "resources-section-structure", "";
    "Outputs", Resolved, "outputs-section-structure", "for the stacks that read them";
    "Hooks", Unknown("macro"), "blue-green", "a gap says so";
    "Modules", Unknown("macro"), "modules", "of `aws cloudformation package`; nothing of the stack is called compliant";
];

/// What stands in a resource.
pub const ATTRIBUTES: &[Feature] = reference![
    "Type", Resolved, "aws-template-resource-type-ref", "";
    "Properties", Resolved, "aws-template-resource-type-ref", "";
    "Condition", Resolved, "aws-attribute-condition", "a function with `AWS::LanguageExtensions`";
    "DependsOn", Resolved, "aws-attribute-dependson", "";
    "DeletionPolicy", Resolved, "aws-attribute-deletionpolicy", "a function with `AWS::LanguageExtensions`";
    "UpdateReplacePolicy", Resolved, "aws-attribute-updatereplacepolicy", "a function with `AWS::LanguageExtensions`";
    "CreationPolicy", Ignored, "aws-attribute-creationpolicy", "it says how AWS waits";
    "UpdatePolicy", Ignored, "aws-attribute-updatepolicy", "it says how AWS updates";
    "Metadata", Read, "aws-attribute-metadata", "construct paths and local assets of the CDK; suppressions of this and other tools";
];

/// The pseudo parameters.
pub const PSEUDO_PARAMETERS: &[Feature] = guide![
    "AWS::AccountId", Decided, "pseudo-parameter-reference", "of the assembly or the command line; else `environment`";
    "AWS::NotificationARNs", Unknown("environment"), "pseudo-parameter-reference", "";
    "AWS::NoValue", Resolved, "pseudo-parameter-reference", "";
    "AWS::Partition", Resolved, "pseudo-parameter-reference", "of the region; `aws` where that is not known";
    "AWS::Region", Decided, "pseudo-parameter-reference", "as the account";
    "AWS::StackId", Unknown("environment"), "pseudo-parameter-reference", "";
    "AWS::StackName", Decided, "pseudo-parameter-reference", "of a nested stack it is `environment`";
    "AWS::URLSuffix", Resolved, "pseudo-parameter-reference", "as the partition";
];

/// The types of parameters.
pub const PARAMETER_TYPES: &[Feature] = guide![
    "String", Resolved, "parameters-section-structure", "";
    "Number", Resolved, "parameters-section-structure", "";
    "List<Number>", Resolved, "parameters-section-structure", "";
    "CommaDelimitedList", Resolved, "parameters-section-structure", "";
    "AWS::EC2::AvailabilityZone::Name", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::Image::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::Instance::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::KeyPair::KeyName", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::SecurityGroup::GroupName", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::SecurityGroup::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::Subnet::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::VPC::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::EC2::Volume::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "AWS::Route53::HostedZone::Id", Resolved, "cloudformation-supplied-parameter-types", "the text that is given";
    "List<AWS::…>", Resolved, "cloudformation-supplied-parameter-types", "of each of these";
    "AWS::SSM::Parameter::Name", Resolved, "cloudformation-supplied-parameter-types", "the name that is given";
    "AWS::SSM::Parameter::Value<…>", Unknown("ssm-parameter"), "cloudformation-supplied-parameter-types", "of every type: the text that is given is a name";
];

/// The types that `AWS::Serverless-2016-10-31` expands.
pub const SERVERLESS_TYPES: [&str; 14] = [
    "AWS::Serverless::Api",
    "AWS::Serverless::Application",
    "AWS::Serverless::CapacityProvider",
    "AWS::Serverless::Connector",
    "AWS::Serverless::Function",
    "AWS::Serverless::GraphQLApi",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::LayerVersion",
    "AWS::Serverless::MicrovmImage",
    "AWS::Serverless::NetworkConnector",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::WebFunction",
    "AWS::Serverless::WebSocketApi",
];

/// Whether a function stands in the section `Rules` only.
pub(super) fn is_rule_function(name: &str) -> bool {
    RULE_FUNCTIONS.iter().any(|feature| feature.name == name)
}

/// The page of the documentation, as Markdown.
#[must_use]
pub fn page() -> String {
    let mut out = String::from(INTRODUCTION);
    for (title, features) in [
        ("Intrinsic functions", FUNCTIONS),
        ("Functions of rules", RULE_FUNCTIONS),
        ("Transforms", TRANSFORMS),
        ("Macros and modules", MACROS),
        ("Sections", SECTIONS),
        ("Parts of a resource", ATTRIBUTES),
        ("Pseudo parameters", PSEUDO_PARAMETERS),
        ("Types of parameters", PARAMETER_TYPES),
    ] {
        let _ = write!(out, "\n## {title}\n\n| | state | |\n|---|---|---|\n");
        for feature in features {
            let Feature { name, note, page, .. } = feature;
            let shown = if name.contains(' ') { (*name).to_owned() } else { format!("`{name}`") };
            let _ = writeln!(out, "| [{shown}]({ROOT}{page}) | {} | {note} |", feature.state.words());
        }
    }
    let types = SERVERLESS_TYPES.map(|name| format!("`{name}`")).join(", ");
    let _ = write!(out, "\n## Types of the serverless model\n\n{types}.\n\n{SERVERLESS}");
    out
}

impl State {
    fn words(self) -> String {
        match self {
            Self::Resolved => "resolved".to_owned(),
            Self::Decided => "resolved when decided".to_owned(),
            Self::Unknown(cause) => format!("unknown, `{cause}`"),
            Self::Read => "read, not evaluated".to_owned(),
            Self::Ignored => "ignored".to_owned(),
        }
    }
}

const INTRODUCTION: &str = "<!-- Generated from src/template/support.rs: `UPDATE=1 cargo test generated`. -->

# CloudFormation

What fasscan makes of each part of the template language. The states:

- *resolved*: it becomes the value that CloudFormation gives it.
- *resolved when decided*: the same, in every case that conditions and parameters leave open; where it is given something that
  is not known it is unknown for that [cause](verdicts.md#what-is-known-and-what-is-not).
- *unknown*: what it stands for is unknown for the cause that is named, and never passes a rule.
- *read, not evaluated*: it helps to find and to show, and decides no verdict.
- *ignored*: it says nothing about resources.

Loops, macros, modules and nested stacks that are not expanded may stand for resources that are not in sight. A rule that asks
for a partner of a resource (a policy of a bucket, a flow log of a network) is then unknown and never fails for the want of it, as
far as such a resource could name it: in the same stack, by a parameter that is passed, by an output, by an SSM parameter. Of a loop
the types in its body count.
";

const SERVERLESS: &str = "Source: [the specification of the serverless model](https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html).
A resource of such a type that cannot be expanded stays as it is and is a gap.
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of functions that stand as texts before an arrow or in a list of patterns.
    fn dispatched(source: &str) -> BTreeSet<String> {
        let quoted = source.split('"').skip(1).step_by(2);
        quoted
            .filter(|text| {
                let name = text.strip_prefix("Fn::").unwrap_or(if *text == "Ref" { "Ref" } else { "" });
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_function_that_is_dispatched_is_in_the_table_and_the_other_way_round() {
        let table: BTreeSet<String> = FUNCTIONS.iter().map(|feature| feature.name.to_owned()).collect();
        let mut found = dispatched(include_str!("functions/mod.rs"));
        found.extend(dispatched(include_str!("conditions.rs")));
        found.insert("Condition".to_owned());
        assert_eq!(found, table);
    }

    #[test]
    fn every_function_of_the_table_is_known_where_it_stands() {
        for feature in FUNCTIONS.iter().chain(RULE_FUNCTIONS) {
            let name = feature.name;
            let template = format!("Resources: {{}}\nOutputs: {{O: {{Value: {{'{name}': x}}}}}}\n");
            let loader = crate::source::Loader::new("/", crate::source::Limits::default());
            let loaded = crate::template::load::load_stdin(template.as_bytes(), &loader, &Default::default());
            let (_, said) = loaded.units[0].resolve();
            let unknown = said.iter().any(|one| one.message.contains("there is no function"));
            assert!(!unknown, "{name}: {said:?}");
            let rules = said.iter().any(|one| one.message.contains("stands in `Rules` only"));
            assert_eq!(rules, is_rule_function(name), "{name}");
        }
    }

    #[test]
    fn every_pseudo_parameter_and_cause_of_the_table_is_one() {
        for feature in PSEUDO_PARAMETERS {
            let template = format!("Resources: {{}}\nOutputs: {{O: {{Value: !Ref '{}'}}}}\n", feature.name);
            let loader = crate::source::Loader::new("/", crate::source::Limits::default());
            let loaded = crate::template::load::load_stdin(template.as_bytes(), &loader, &Default::default());
            assert!(loaded.units[0].resolve().1.is_empty(), "{}", feature.name);
        }
        let all = [FUNCTIONS, TRANSFORMS, MACROS, SECTIONS, PSEUDO_PARAMETERS, PARAMETER_TYPES];
        for feature in all.into_iter().flatten() {
            if let Unknown(cause) = feature.state {
                assert!(["macro", "environment", "ssm-parameter"].contains(&cause), "{cause}");
            }
        }
    }
}
