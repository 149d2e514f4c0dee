//! Every property of CloudFormation that holds a policy.
//!
//! Source: the CloudFormation resource schemas of 2026-10-20 (all properties with "policy" or "document" in their name were
//! read) and the template reference of the types. Left out are policies of other languages (Cedar, OpenSearch Serverless,
//! Network Firewall, lifecycle and data protection policies).

use super::{Form, PolicyKind, PolicyProperty};

const fn row(type_name: &'static str, path: &'static str, kind: PolicyKind) -> PolicyProperty {
    PolicyProperty { type_name, path, kind, form: Form::Document }
}

const fn identity(type_name: &'static str, path: &'static str) -> PolicyProperty {
    row(type_name, path, PolicyKind::Identity)
}

const fn resource(type_name: &'static str, path: &'static str) -> PolicyProperty {
    row(type_name, path, PolicyKind::Resource)
}

const fn formed(type_name: &'static str, path: &'static str, form: Form) -> PolicyProperty {
    PolicyProperty { type_name, path, kind: PolicyKind::Resource, form }
}

/// The properties, sorted by type.
pub(super) static TABLE: &[PolicyProperty] = &[
    resource("AWS::AIOps::InvestigationGroup", "InvestigationGroupPolicy"),
    resource("AWS::APS::ResourcePolicy", "PolicyDocument"),
    resource("AWS::ApiGateway::DomainNameV2", "Policy"),
    resource("AWS::ApiGateway::RestApi", "Policy"),
    resource("AWS::Backup::BackupVault", "AccessPolicy"),
    resource("AWS::Backup::LogicallyAirGappedBackupVault", "AccessPolicy"),
    resource("AWS::Bedrock::ResourcePolicy", "PolicyDocument"),
    resource("AWS::BedrockAgentCore::ResourcePolicy", "Policy"),
    resource("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy"),
    resource("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument"),
    resource("AWS::CodeArtifact::Repository", "PermissionsPolicyDocument"),
    resource("AWS::DSQL::Cluster", "PolicyDocument"),
    resource("AWS::DynamoDB::GlobalTable", "Replicas[].ReplicaStreamSpecification.ResourcePolicy.PolicyDocument"),
    resource("AWS::DynamoDB::GlobalTable", "Replicas[].ResourcePolicy.PolicyDocument"),
    resource("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument"),
    resource("AWS::DynamoDB::Table", "StreamSpecification.ResourcePolicy.PolicyDocument"),
    row("AWS::EC2::VPCEndpoint", "PolicyDocument", PolicyKind::Endpoint),
    resource("AWS::ECR::PublicRepository", "RepositoryPolicyText"),
    resource("AWS::ECR::RegistryPolicy", "PolicyText"),
    resource("AWS::ECR::Repository", "RepositoryPolicyText"),
    resource("AWS::ECR::RepositoryCreationTemplate", "RepositoryPolicy"),
    resource("AWS::EFS::FileSystem", "FileSystemPolicy"),
    identity("AWS::EKS::PodIdentityAssociation", "Policy"),
    resource("AWS::Elasticsearch::Domain", "AccessPolicies"),
    resource("AWS::EventSchemas::RegistryPolicy", "Policy"),
    resource("AWS::Events::EventBus", "Policy"),
    formed("AWS::Events::EventBusPolicy", "Principal", Form::Properties),
    formed("AWS::Events::EventBusPolicy", "Statement", Form::Statement),
    resource("AWS::FSx::S3AccessPointAttachment", "S3AccessPoint.Policy"),
    identity("AWS::IAM::Group", "Policies[].PolicyDocument"),
    identity("AWS::IAM::GroupPolicy", "PolicyDocument"),
    identity("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    identity("AWS::IAM::Policy", "PolicyDocument"),
    row("AWS::IAM::Role", "AssumeRolePolicyDocument", PolicyKind::Trust),
    identity("AWS::IAM::Role", "Policies[].PolicyDocument"),
    identity("AWS::IAM::RolePolicy", "PolicyDocument"),
    identity("AWS::IAM::User", "Policies[].PolicyDocument"),
    identity("AWS::IAM::UserPolicy", "PolicyDocument"),
    identity("AWS::IoT::Policy", "PolicyDocument"),
    resource("AWS::KMS::Key", "KeyPolicy"),
    resource("AWS::KMS::ReplicaKey", "KeyPolicy"),
    resource("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
    formed("AWS::Lambda::LayerVersionPermission", "Principal", Form::Properties),
    formed("AWS::Lambda::Permission", "Principal", Form::Properties),
    resource("AWS::Lambda::ResourcePolicy", "PolicyDocument"),
    resource("AWS::Lex::ResourcePolicy", "Policy"),
    resource("AWS::Logs::DeliveryDestination", "DeliveryDestinationPolicy.DeliveryDestinationPolicy"),
    resource("AWS::Logs::Destination", "DestinationPolicy"),
    resource("AWS::Logs::LogGroup", "ResourcePolicyDocument"),
    resource("AWS::Logs::ResourcePolicy", "PolicyDocument"),
    resource("AWS::MSK::ClusterPolicy", "Policy"),
    resource("AWS::MediaPackageV2::ChannelPolicy", "Policy"),
    resource("AWS::MediaPackageV2::OriginEndpointPolicy", "Policy"),
    resource("AWS::MediaStore::Container", "Policy"),
    resource("AWS::MediaTailor::ChannelPolicy", "Policy"),
    resource("AWS::OSIS::Pipeline", "ResourcePolicy.Policy"),
    resource("AWS::Oam::Sink", "Policy"),
    resource("AWS::Omics::SequenceStore", "S3AccessPolicy"),
    resource("AWS::OpenSearchService::Domain", "AccessPolicies"),
    row("AWS::Organizations::Policy", "Content", PolicyKind::Control),
    resource("AWS::Organizations::ResourcePolicy", "Content"),
    resource("AWS::PaymentCryptography::Key", "Policy"),
    resource("AWS::RUM::AppMonitor", "ResourcePolicy.PolicyDocument"),
    resource("AWS::Redshift::Cluster", "NamespaceResourcePolicy"),
    resource("AWS::RedshiftServerless::Namespace", "NamespaceResourcePolicy"),
    identity("AWS::RolesAnywhere::Profile", "SessionPolicy"),
    resource("AWS::S3::AccessPoint", "Policy"),
    resource("AWS::S3::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3::MultiRegionAccessPointPolicy", "Policy"),
    resource("AWS::S3Express::AccessPoint", "Policy"),
    resource("AWS::S3Express::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3Files::FileSystemPolicy", "Policy"),
    resource("AWS::S3ObjectLambda::AccessPointPolicy", "PolicyDocument"),
    resource("AWS::S3Outposts::AccessPoint", "Policy"),
    resource("AWS::S3Outposts::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3Tables::TableBucketPolicy", "ResourcePolicy"),
    resource("AWS::S3Tables::TablePolicy", "ResourcePolicy"),
    resource("AWS::S3Vectors::VectorBucketPolicy", "Policy"),
    resource("AWS::SNS::TopicInlinePolicy", "PolicyDocument"),
    resource("AWS::SNS::TopicPolicy", "PolicyDocument"),
    resource("AWS::SQS::QueueInlinePolicy", "PolicyDocument"),
    resource("AWS::SQS::QueuePolicy", "PolicyDocument"),
    resource("AWS::SSM::ResourcePolicy", "Policy"),
    identity("AWS::SSO::PermissionSet", "InlinePolicy"),
    resource("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupPolicy"),
    resource("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    identity("AWS::Transfer::User", "Policy"),
    resource("AWS::VpcLattice::AuthPolicy", "Policy"),
    resource("AWS::VpcLattice::ResourcePolicy", "Policy"),
    resource("AWS::XRay::ResourcePolicy", "PolicyDocument"),
];
