//! What flows through a pipeline.

use crate::{Object, ScriptBlock};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// A value, as PowerShell has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `$null`.
    Null,
    /// System.Boolean.
    Bool(bool),
    /// A whole number of any width.
    Int(i64),
    /// System.Double.
    Double(f64),
    /// System.String.
    String(Arc<str>),
    /// System.DateTime, in UTC.
    DateTime(OffsetDateTime),
    /// System.TimeSpan.
    TimeSpan(Duration),
    /// An array, or a list.
    Array(Arc<[Value]>),
    /// An object with properties.
    Object(Arc<Object>),
    /// System.Management.Automation.PSCredential.
    Credential(Arc<Credential>),
    /// System.Security.SecureString.
    SecureString(Arc<SecureString>),
    /// System.Management.Automation.ScriptBlock.
    ScriptBlock(Arc<ScriptBlock>),
}

/// A user name with its password, as Get-Credential makes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// `DOMAIN\user`, `user@domain` or a bare name.
    pub user_name: String,
    password: zeroize::Zeroizing<String>,
}

impl Credential {
    /// A credential.
    pub fn new(user_name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user_name: user_name.into(), password: zeroize::Zeroizing::new(password.into()) }
    }

    /// The password in clear. Every caller of this is a place where it could leak.
    pub fn expose_password(&self) -> &str {
        &self.password
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("user_name", &self.user_name).finish_non_exhaustive()
    }
}

/// A text that is not shown, as ConvertTo-SecureString makes it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecureString(zeroize::Zeroizing<String>);

impl SecureString {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(zeroize::Zeroizing::new(text.into()))
    }

    /// The text in clear. Every caller of this is a place where it could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecureString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecureString(****)")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<OffsetDateTime> for Value {
    fn from(value: OffsetDateTime) -> Self {
        Self::DateTime(value)
    }
}

impl From<Duration> for Value {
    fn from(value: Duration) -> Self {
        Self::TimeSpan(value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

impl From<Vec<Self>> for Value {
    fn from(values: Vec<Self>) -> Self {
        Self::Array(values.into())
    }
}
