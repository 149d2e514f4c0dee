//! Who asks.

use super::context::{Context, Values};

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// The root user of an account.
    Root {
        /// `arn:aws:iam::111122223333:root`.
        arn: Box<str>,
    },
    /// An IAM user.
    User {
        /// `arn:aws:iam::111122223333:user/path/name`.
        arn: Box<str>,
    },
    /// Some session of a role; nobody says what it is called.
    Role {
        /// `arn:aws:iam::111122223333:role/path/name`.
        arn: Box<str>,
    },
    /// A session of a role.
    Session {
        /// `arn:aws:sts::111122223333:assumed-role/name/session`. The path of the role is not part of it: the request has it
        /// when its context gives `aws:PrincipalArn`.
        arn: Box<str>,
    },
    /// A session of `sts:GetFederationToken`.
    FederatedUser {
        /// `arn:aws:sts::111122223333:federated-user/name`.
        arn: Box<str>,
    },
    /// A service that acts for itself.
    Service {
        /// Such as `lambda.amazonaws.com`.
        name: Box<str>,
    },
    /// Someone whom an identity provider vouches for, before there is a session of a role.
    Provider {
        /// Such as `accounts.google.com`, or the ARN of a provider.
        id: Box<str>,
    },
    /// Nobody: a request without a signature.
    Anonymous,
}

/// The parts of the ARN of an IAM or STS identity: partition, account, and what follows.
fn identity<'a>(arn: &'a str, service: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, found, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, rest) = (parts.next()?, parts.next()?);
    (head == "arn" && found == service && region.is_empty() && !account.is_empty())
        .then_some((partition, account, rest))
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Principal {
    /// Reads the ARN of an identity, an account id (its root user), the name of a service, or `anonymous`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let arn: Box<str> = text.into();
        if let Some((_, _, rest)) = identity(text, "iam") {
            return match rest.split_once('/') {
                None if rest == "root" => Some(Self::Root { arn }),
                Some(("user", name)) if !name.is_empty() => Some(Self::User { arn }),
                Some(("role", name)) if !name.is_empty() => Some(Self::Role { arn }),
                Some(("saml-provider" | "oidc-provider", _)) => Some(Self::Provider { id: arn }),
                _ => None,
            };
        }
        if let Some((_, _, rest)) = identity(text, "sts") {
            return match rest.split_once('/') {
                Some(("assumed-role", name)) if name.split('/').count() == 2 => Some(Self::Session { arn }),
                Some(("federated-user", name)) if !name.is_empty() => Some(Self::FederatedUser { arn }),
                _ => None,
            };
        }
        if is_account(text) {
            return Some(Self::Root { arn: format!("arn:aws:iam::{text}:root").into() });
        }
        match text {
            "anonymous" => Some(Self::Anonymous),
            "cognito-identity.amazonaws.com" | "www.amazon.com" | "graph.facebook.com" | "accounts.google.com" => {
                Some(Self::Provider { id: text.into() })
            }
            _ if text.contains([':', '/', '*']) => None,
            _ if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") => {
                Some(Self::Service { name: text.into() })
            }
            _ => None,
        }
    }

    /// Its ARN; services, providers and nobody have none.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Root { arn }
            | Self::User { arn }
            | Self::Role { arn }
            | Self::Session { arn }
            | Self::FederatedUser { arn } => Some(arn),
            Self::Service { .. } | Self::Provider { .. } | Self::Anonymous => None,
        }
    }

    /// The account that it belongs to.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.arn()?.split(':').nth(4)
    }

    /// The partition that it belongs to.
    pub(super) fn partition(&self) -> Option<&str> {
        self.arn()?.split(':').nth(1)
    }

    /// The name of the role, for a role or a session of one.
    pub(super) fn role_name(&self) -> Option<&str> {
        match self {
            Self::Role { arn } => Some(last(arn)),
            Self::Session { arn } => arn.split('/').nth(1),
            _ => None,
        }
    }

    /// The ARN of the role as far as it is known: that of a session has no path.
    fn role_arn(&self) -> Option<String> {
        match self {
            Self::Role { arn } => Some(arn.to_string()),
            Self::Session { .. } => {
                let (partition, account) = (self.partition()?, self.account()?);
                Some(format!("arn:{partition}:iam::{account}:role/{}", self.role_name()?))
            }
            _ => None,
        }
    }

    /// Whether `arn` is that of the role. Names of roles are unique in an account, whatever their path is.
    pub(super) fn is_of_role(&self, arn: &str) -> bool {
        let Some((partition, account, rest)) = identity(arn, "iam") else { return false };
        rest.strip_prefix("role/").is_some_and(|path| Some(last(path)) == self.role_name())
            && Some(account) == self.account()
            && Some(partition) == self.partition()
    }

    /// Puts the keys that follow from the principal into a context. What was given stays where it says more and does not
    /// contradict: the path or unique id of a role, for instance.
    ///
    /// Source: "AWS global condition context keys", properties of the principal, and the table "Principal key values" of "IAM
    /// policy elements: Variables and tags", read 2026-11-21.
    pub(super) fn derive(&self, context: &mut Context) {
        let is = |context: &mut Context, key: &str, value: &str| context.set(key, Values::One(value.into()));
        for key in ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"] {
            if !matches!(self, Self::Service { .. }) {
                context.remove(key);
            }
        }
        match self {
            Self::User { arn } => is(context, "aws:username", last(arn)),
            _ => context.remove("aws:username"),
        }
        if let (Some(arn), Some(account)) = (self.arn(), self.account()) {
            let role = self.role_arn();
            if !context.one("aws:PrincipalArn").is_some_and(|given| self.is_of_role(given)) {
                is(context, "aws:PrincipalArn", role.as_deref().unwrap_or(arn));
            }
            is(context, "aws:PrincipalAccount", account);
            is(context, "aws:PrincipalIsAWSService", "false");
        }
        match self {
            Self::Root { .. } => self.typed(context, "Account", self.account()),
            Self::User { .. } => self.typed(context, "User", None),
            Self::Role { .. } | Self::Session { .. } => self.typed(context, "AssumedRole", None),
            Self::FederatedUser { arn } => {
                let id = format!("{}:{}", self.account().unwrap_or_default(), last(arn));
                self.typed(context, "FederatedUser", Some(&id));
            }
            Self::Anonymous => {
                context.remove("aws:PrincipalArn");
                context.remove("aws:PrincipalIsAWSService");
                is(context, "aws:PrincipalAccount", "anonymous");
                self.typed(context, "Anonymous", Some("anonymous"));
            }
            Self::Service { name } => {
                is(context, "aws:PrincipalIsAWSService", "true");
                is(context, "aws:PrincipalServiceName", name);
                if context.get("aws:PrincipalServiceNamesList").is_none() {
                    context.set("aws:PrincipalServiceNamesList", Values::Unknown);
                }
            }
            Self::Provider { .. } => {}
        }
    }

    fn typed(&self, context: &mut Context, kind: &str, userid: Option<&str>) {
        context.set("aws:PrincipalType", Values::One(kind.into()));
        match userid {
            Some(id) => context.set("aws:userid", Values::One(id.into())),
            // It is there, and only AWS knows it.
            None if context.get("aws:userid").is_none() => context.set("aws:userid", Values::Unknown),
            None => {}
        }
    }

    /// A service-linked role, or a session of one whose path is given.
    ///
    /// Source: "Service control policies", section "Tasks and entities not restricted by SCPs", AWS Organizations User Guide.
    pub(super) fn is_service_linked(&self, context: &Context) -> bool {
        self.role_name().is_some()
            && context.one("aws:PrincipalArn").is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }
}
