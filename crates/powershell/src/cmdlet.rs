//! What a cmdlet is.

use crate::{Arguments, ErrorRecord, Session, Value};
use async_trait::async_trait;

/// A cmdlet's name, parameters and help.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// As Microsoft writes it: `Get-CsUser`.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// One line for Get-Help and Get-Command.
    pub synopsis: &'static str,
    /// What it does, and what it does not do here, for Get-Help.
    pub description: &'static str,
    /// Its parameters; Verbose, WhatIf and Confirm are common and need not stand here, `should_process` brings the last
    /// two.
    pub parameters: &'static [Parameter],
    /// Command lines for Get-Help.
    pub examples: &'static [&'static str],
    /// Whether it changes something, and takes -WhatIf and -Confirm.
    pub should_process: bool,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As Microsoft writes it, without the dash.
    pub name: &'static str,
    /// Its aliases.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub kind: Kind,
    /// Its place among the values without a name, from 0.
    pub position: Option<u8>,
    /// Whether it takes all the values without a name from its place on, as a list.
    pub rest: bool,
    /// Whether the cmdlet needs it.
    pub mandatory: bool,
    /// What it takes from an object in the pipeline.
    pub pipeline: Pipeline,
    /// What is shown of its value in an error: nothing, where it may be a PIN or a password.
    pub secret: bool,
    /// A line for Get-Help: meaning, unit, range, default; and that it changes nothing here, where it does not.
    pub help: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// System.String; numbers and objects are turned into text.
    String,
    /// System.Boolean: `$true`, `$false`, 1, 0.
    Bool,
    /// Nothing, or `:$true` and `:$false`.
    Switch,
    /// A whole number in this range; `$null` only where `nullable`.
    Int {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
        /// Whether `$null` takes the value away.
        nullable: bool,
    },
    /// System.TimeSpan, for instance `00:30:00`.
    TimeSpan,
    /// One of these, in any case.
    Enum(&'static [&'static str]),
    /// A PSCredential; a text is a user name whose password is asked for.
    Credential,
    /// `{ … }` over `$_`.
    ScriptBlock,
    /// One or more values, as they are.
    List,
    /// Anything.
    Object,
}

/// What a parameter takes from an object in the pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pipeline {
    /// Nothing.
    #[default]
    No,
    /// The whole object.
    Value,
    /// The object's property of the parameter's name or alias; a string is taken whole.
    Property,
}

impl Parameter {
    /// An optional parameter of this name and kind.
    pub const fn new(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            kind,
            position: None,
            rest: false,
            mandatory: false,
            pipeline: Pipeline::No,
            secret: false,
            help,
        }
    }

    /// At this place among the values without a name, from 0.
    #[must_use]
    pub const fn at(mut self, position: u8) -> Self {
        self.position = Some(position);
        self
    }

    /// At this place, with everything that follows.
    #[must_use]
    pub const fn from_here(mut self, position: u8) -> Self {
        self.rest = true;
        self.at(position)
    }

    /// With these other names.
    #[must_use]
    pub const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// One that the cmdlet needs.
    #[must_use]
    pub const fn needed(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// One whose value is not shown.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.secret = true;
        self
    }

    /// One that takes this from the pipeline.
    #[must_use]
    pub const fn from(mut self, pipeline: Pipeline) -> Self {
        self.pipeline = pipeline;
        self
    }
}

/// A cmdlet.
#[async_trait]
pub trait Cmdlet: Send + Sync {
    /// Name, parameters, help.
    fn definition(&self) -> &'static Definition;

    /// The name of the .NET type behind it, which ends a FullyQualifiedErrorId; none where it is not known.
    fn type_name(&self) -> Option<&'static str> {
        None
    }

    /// Runs once for each object in the pipeline, or once where the pipeline begins with it. What it answers goes on to
    /// the next cmdlet.
    ///
    /// # Errors
    /// What becomes a red text; the objects after this one are still tried, unless the record is terminating.
    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord>;
}
