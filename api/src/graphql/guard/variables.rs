//! The variables of a request against what its operation declares (GraphQL, section 6.1.2), and the arguments that they
//! become (section 6.4.1).

use std::collections::HashSet;
use std::convert::Infallible;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type,
};
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{Name, Variables};
use async_graphql_value::{ConstValue, Value};

use super::input_types::has_type;

/// How many bytes of memory the values of variables may take, counted once for each place that names a variable:
/// validation copies the value for each of them.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// What an object takes beside its names and values: its table, and room for more.
const OBJECT: usize = 400;

/// The memory that the values of variables take, in bytes.
pub(super) fn bytes_of(values: &Variables) -> usize {
    values.values().map(bytes_of_value).sum()
}

fn bytes_of_value(value: &ConstValue) -> usize {
    let content = match value {
        ConstValue::String(text) => text.len(),
        ConstValue::List(values) => values.iter().map(bytes_of_value).sum(),
        ConstValue::Object(fields) => {
            let fields = fields.iter();
            let content: usize = fields.map(|(name, value)| name.len() + bytes_of_value(value)).sum();
            content + OBJECT
        }
        _ => 0,
    };
    size_of::<ConstValue>() + content
}

/// The variables that an operation declares, and the arguments that they are used in.
pub(super) struct RequiredVariables {
    variables: Vec<Variable>,
    is_mutation: bool,
    arguments: Vec<Argument>,
}

struct Variable {
    name: Name,
    declared: Type,
    default: Option<ConstValue>,
}

/// An argument of a field of the root type. Fields of other types have no arguments.
struct Argument {
    field: Name,
    name: Name,
    value: Value,
}

impl RequiredVariables {
    pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let variables = operation.variable_definitions.iter().map(|definition| Variable {
            name: definition.node.name.node.clone(),
            declared: definition.node.var_type.node.clone(),
            default: definition.node.default_value.as_ref().map(|value| value.node.clone()),
        });
        let mut collector = ArgumentCollector {
            document,
            seen: HashSet::new(),
            arguments: Vec::new(),
        };
        collector.selections(&operation.selection_set.node);
        Self {
            variables: variables.collect(),
            is_mutation: operation.ty == OperationType::Mutation,
            arguments: collector.arguments,
        }
    }

    /// The values of the variables that the operation declares. All others mean nothing (GraphQL, section 6.1.2).
    pub(super) fn declared(&self, mut values: Variables) -> Variables {
        let mut declared = Variables::default();
        for variable in &self.variables {
            declared.extend(values.remove_entry(&variable.name));
        }
        declared
    }
}

struct ArgumentCollector<'a> {
    document: &'a ExecutableDocument,
    seen: HashSet<&'a Name>,
    arguments: Vec<Argument>,
}

impl<'a> ArgumentCollector<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let arguments = field.node.arguments.iter().map(|(name, value)| Argument {
                        field: field.node.name.node.clone(),
                        name: name.node.clone(),
                        value: value.node.clone(),
                    });
                    self.arguments.extend(arguments);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    if let Some(fragment) = fragment.filter(|_| self.seen.insert(name)) {
                        self.selections(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
}

/// Checks that the types of all declared variables exist: async-graphql panics at a default value for a list of an
/// unknown type. The error names the first that does not.
pub(super) fn check_types(document: &ExecutableDocument, registry: &Registry) -> Result<(), String> {
    let operations = document.operations.iter();
    let mut definitions = operations.flat_map(|(_, operation)| &operation.node.variable_definitions);
    definitions.try_for_each(|definition| {
        let mut base = &definition.node.var_type.node.base;
        while let BaseType::List(element) = base {
            base = &element.base;
        }
        match base {
            BaseType::Named(name) if !registry.types.contains_key(name.as_str()) => {
                Err(format!("Unknown type \"{name}\"."))
            }
            _ => Ok(()),
        }
    })
}

/// The values that a request supplies for the variables of its operation.
pub(super) struct SuppliedVariables<'a> {
    pub values: &'a Variables,
    pub required: &'a RequiredVariables,
    pub registry: &'a Registry,
}

impl SuppliedVariables<'_> {
    /// Checks that each variable has a value of its type. The error names the first that has not.
    pub(super) fn check_variables(&self) -> Result<(), String> {
        for variable in &self.required.variables {
            let (name, declared) = (&variable.name, &variable.declared);
            let problem = match self.values.get(name) {
                Some(value) if !has_type(self.registry, declared, value) => "has the wrong type",
                None if !declared.nullable && variable.default.is_none() => "is required",
                _ => continue,
            };
            return Err(format!("Variable \"${name}\" of type \"{declared}\" {problem}."));
        }
        Ok(())
    }

    /// Checks that each argument has a value of its type once the variables are replaced by their values. The error
    /// names the first that has not.
    pub(super) fn check_arguments(&self) -> Result<(), String> {
        let root = if self.required.is_mutation {
            self.registry.mutation_type.as_deref()
        } else {
            Some(self.registry.query_type.as_str())
        };
        let Some(MetaType::Object { fields, .. }) = root.and_then(|root| self.registry.types.get(root)) else {
            return Ok(());
        };
        for Argument { field, name, value } in &self.required.arguments {
            let declared = fields
                .get(field.as_str())
                .and_then(|field| field.args.get(name.as_str()))
                .and_then(|argument| Type::new(&argument.ty));
            let Ok(value) = value
                .clone()
                .into_const_with(|name| Ok::<_, Infallible>(self.value_of(&name)));
            if let Some(declared) = declared.filter(|declared| !has_type(self.registry, declared, &value)) {
                return Err(format!(
                    "Argument \"{name}\" of field \"{field}\" must be of type \"{declared}\"."
                ));
            }
        }
        Ok(())
    }

    /// The value of a variable: the supplied one, else its default, else null.
    fn value_of(&self, name: &Name) -> ConstValue {
        let default = || {
            let mut variables = self.required.variables.iter();
            variables.find(|variable| variable.name == *name)?.default.clone()
        };
        self.values
            .get(name)
            .cloned()
            .or_else(default)
            .unwrap_or(ConstValue::Null)
    }
}
