//! Objects with properties.

use crate::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// An object: a .NET type's name, and its properties in the order in which they are printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// For instance `Microsoft.Rtc.Management.UserPinService.PinInfoDetails`.
    pub type_name: Cow<'static, str>,
    /// Name and value, in order. Names are found in any case.
    pub properties: Vec<(Cow<'static, str>, Value)>,
    /// What can be called without arguments: `$x.ToHTML()`.
    pub methods: Vec<(&'static str, Method)>,
    /// How it is shown when nothing says otherwise.
    pub view: View,
    /// What it is as text, in `"$x"` and in a column; its type's name where nothing is given.
    pub text: Option<Arc<str>>,
}

/// A method without arguments.
#[derive(Clone)]
pub struct Method(Arc<dyn Fn() -> Value + Send + Sync>);

/// How an object is shown when it reaches the end of a pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// PowerShell's own rule: a table for up to four properties, a list for more.
    #[default]
    Auto,
    /// Name and value, a line each.
    List,
    /// A row under headings.
    Table,
    /// The object's own text, the property of this name printed as it stands; several lines are kept. Format-List and
    /// Select-Object see the other properties alone.
    Text(&'static str),
}

impl Object {
    /// An object of this type, without properties.
    pub fn new(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            type_name: type_name.into(),
            properties: Vec::new(),
            methods: Vec::new(),
            view: View::Auto,
            text: None,
        }
    }

    /// With one property more.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.properties.push((name.into(), value.into()));
        self
    }

    /// With a method that takes no arguments.
    #[must_use]
    pub fn with_method(
        mut self,
        name: &'static str,
        method: impl Fn() -> Value + Send + Sync + 'static,
    ) -> Self {
        self.methods.push((name, Method(Arc::new(method))));
        self
    }

    /// With this as its text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<Arc<str>>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Shown so.
    #[must_use]
    pub fn shown_as(mut self, view: View) -> Self {
        self.view = view;
        self
    }

    /// The property of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The method of this name, in any case.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, method)| method)
    }

    /// The properties that Format-List and Select-Object see: all but the one that holds the object's own text.
    pub fn shown(&self) -> impl Iterator<Item = (&str, &Value)> {
        let own = match self.view {
            View::Text(name) => Some(name),
            View::Auto | View::List | View::Table => None,
        };
        self.properties
            .iter()
            .filter(move |(name, _)| own.is_none_or(|own| !name.eq_ignore_ascii_case(own)))
            .map(|(name, value)| (name.as_ref(), value))
    }
}

impl Method {
    /// What it returns.
    pub fn call(&self) -> Value {
        (self.0)()
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Method")
    }
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
