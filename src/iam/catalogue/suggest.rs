//! What was probably meant by the name of an action that the data do not know.

use super::{Catalogue, Service};
use crate::value::did_you_mean;

/// Operations whose permission has another name, and names of services that are no prefixes: "Required permissions for Amazon S3
/// API operations", Amazon S3 User Guide; "Actions, resources, and condition keys", Service Authorization Reference.
pub(super) const OPERATIONS: [(&str, &str); 15] = [
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("s3:CompleteMultipartUpload", "s3:PutObject"),
    ("s3:CopyObject", "s3:PutObject"),
    ("s3:CreateMultipartUpload", "s3:PutObject"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListParts", "s3:ListMultipartUploadParts"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:UploadPart", "s3:PutObject"),
];
pub(super) const SERVICES: [(&str, &str); 12] = [
    ("apigatewayv2", "apigateway"),
    ("cognito", "cognito-idp"),
    ("dynamo", "dynamodb"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"),
    ("eventbridge", "events"),
    ("msk", "kafka"),
    ("opensearch", "es"),
    ("parameterstore", "ssm"),
    ("stepfunctions", "states"),
];

impl Catalogue {
    /// A known action near to the name of an unknown one, or the name with the right prefix: `s3:GetObjct` was meant as
    /// `s3:GetObject`, `s3:ListObjects` as `s3:ListBucket`, `stepfunctions:StartExecution` as `states:StartExecution`. `None` when
    /// nothing is near, and for names with wildcards unless only the prefix is wrong.
    #[must_use]
    pub fn suggest(&self, action: &str) -> Option<String> {
        if let Some((_, meant)) = OPERATIONS.iter().find(|(operation, _)| operation.eq_ignore_ascii_case(action)) {
            return Some((*meant).to_owned());
        }
        let (prefix, name) = action.split_once(':')?;
        let Some(service) = self.service(prefix) else {
            return self.with_other_prefix(prefix, name);
        };
        near_in(service, name)
    }

    /// The action under the prefix of another service: that of a table, a near one, or the only one that has the action.
    fn with_other_prefix(&self, prefix: &str, name: &str) -> Option<String> {
        let plain: String = prefix.chars().filter(char::is_ascii_alphanumeric).collect();
        let known =
            SERVICES.iter().find(|(written, _)| written.eq_ignore_ascii_case(&plain)).map(|(_, prefix)| *prefix);
        let near = known.or_else(|| did_you_mean(prefix, self.prefixes()));
        if name.contains(['*', '?']) {
            return near.map(|near| format!("{near}:{name}"));
        }
        let in_service = |prefix: &'static str| Some((prefix, self.service(prefix)?.action(name)?.name));
        let written = |(prefix, name): (&str, &str)| format!("{prefix}:{name}");
        if let Some(found) = near.and_then(in_service) {
            return Some(written(found));
        }
        let mut elsewhere = self.prefixes().filter_map(in_service);
        if let (Some(only), None) = (elsewhere.next(), elsewhere.next()) {
            return Some(written(only));
        }
        near_in(self.service(near?)?, name)
    }
}

/// The action of the service whose name is near.
fn near_in(service: &Service, name: &str) -> Option<String> {
    if name.contains(['*', '?']) {
        return None;
    }
    let meant = did_you_mean(name, service.actions.iter().map(|action| action.name))?;
    Some(format!("{}:{meant}", service.prefix))
}
