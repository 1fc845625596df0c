//! Checking the variables of a request against what its operation declares (GraphQL, section 6.1.2), and the arguments
//! that they become (section 6.4.1), before anything of it runs.

use std::collections::HashSet;
use std::convert::Infallible;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type,
};
use async_graphql::registry::{MetaInputValue, MetaType, Registry};
use async_graphql::{Name, Value, Variables};

/// What an operation declares and asks for, with the values that the request gives.
pub(super) struct Given {
    variables: Vec<Variable>,
    mutation: bool,
    arguments: Vec<Argument>,
}

struct Variable {
    name: String,
    declared: Type,
    has_default: bool,
    given: Option<Value>,
}

/// An argument of a field of the root type, its variables replaced.
struct Argument {
    field: String,
    name: String,
    value: Value,
}

impl Given {
    pub(super) fn new(document: &ExecutableDocument, operation: &OperationDefinition, given: &Variables) -> Self {
        let variables = operation.variable_definitions.iter().map(|definition| {
            let definition = &definition.node;
            Variable {
                name: definition.name.node.to_string(),
                declared: definition.var_type.node.clone(),
                has_default: definition.default_value.is_some(),
                given: given.get(&definition.name.node).cloned(),
            }
        });
        let mut collector = Collector {
            document,
            operation,
            given,
            seen: HashSet::new(),
            arguments: Vec::new(),
        };
        collector.selections(&operation.selection_set.node);
        Self {
            variables: variables.collect(),
            mutation: operation.ty == OperationType::Mutation,
            arguments: collector.arguments,
        }
    }

    /// The first variable that is missing or does not fit, in words.
    pub(super) fn check_variables(&self, registry: &Registry) -> Result<(), String> {
        for variable in &self.variables {
            let Variable { name, declared, .. } = variable;
            let fits = match &variable.given {
                Some(value) => fits(registry, declared, value),
                None => declared.nullable || variable.has_default,
            };
            if !fits {
                let problem = if variable.given.is_some() {
                    "does not fit"
                } else {
                    "is missing, but needed for"
                };
                return Err(format!("Variable \"${name}\" {problem} its type \"{declared}\"."));
            }
        }
        Ok(())
    }

    /// The first argument that a variable leaves without what its type needs, in words. The fields of the answers have
    /// no arguments, so those of the root type are all.
    pub(super) fn check_arguments(&self, registry: &Registry) -> Result<(), String> {
        let root = if self.mutation {
            registry.mutation_type.as_deref()
        } else {
            Some(registry.query_type.as_str())
        };
        let Some(MetaType::Object { fields, .. }) = root.and_then(|root| registry.types.get(root)) else {
            return Ok(());
        };
        for Argument { field, name, value } in &self.arguments {
            let declared = fields.get(field).and_then(|field| field.args.get(name));
            let declared = declared.and_then(|argument| Type::new(&argument.ty));
            if let Some(declared) = declared.filter(|declared| !fits(registry, declared, value)) {
                return Err(format!(
                    "Argument \"{name}\" of \"{field}\" does not fit its type \"{declared}\"."
                ));
            }
        }
        Ok(())
    }
}

struct Collector<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    given: &'a Variables,
    seen: HashSet<&'a Name>,
    arguments: Vec<Argument>,
}

impl<'a> Collector<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        let value = value
                            .node
                            .clone()
                            .into_const_with(|name| Ok::<_, Infallible>(self.value_of(&name)));
                        self.arguments.push(Argument {
                            field: field.node.name.node.to_string(),
                            name: name.node.to_string(),
                            value: value.unwrap_or(Value::Null),
                        });
                    }
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

    /// The value of a variable; one that is neither given nor has a default is null.
    fn value_of(&self, name: &Name) -> Value {
        let default = || {
            let mut definitions = self
                .operation
                .variable_definitions
                .iter()
                .map(|definition| &definition.node);
            let definition = definitions.find(|definition| definition.name.node == *name)?;
            definition.default_value.as_ref().map(|default| default.node.clone())
        };
        self.given.get(name).cloned().or_else(default).unwrap_or(Value::Null)
    }
}

fn fits(registry: &Registry, declared: &Type, value: &Value) -> bool {
    if matches!(value, Value::Null) {
        return declared.nullable;
    }
    match (&declared.base, value) {
        (BaseType::List(element), Value::List(values)) => values.iter().all(|value| fits(registry, element, value)),
        (BaseType::List(element), single) => fits(registry, element, single),
        (BaseType::Named(name), value) => fits_named(registry, name, value),
    }
}

fn fits_named(registry: &Registry, name: &str, value: &Value) -> bool {
    match registry.types.get(name) {
        Some(MetaType::Scalar {
            is_valid: Some(is_valid),
            ..
        }) => is_valid(value),
        Some(MetaType::Enum { enum_values, .. }) => match value {
            Value::Enum(name) => enum_values.contains_key(name.as_str()),
            Value::String(name) => enum_values.contains_key(name.as_str()),
            _ => false,
        },
        Some(MetaType::InputObject { input_fields, .. }) => match value {
            Value::Object(given) => {
                given.keys().all(|name| input_fields.contains_key(name.as_str()))
                    && input_fields
                        .values()
                        .all(|field| field_fits(registry, field, given.get(field.name.as_str())))
            }
            _ => false,
        },
        // That a variable has no such type is for validation to say.
        _ => true,
    }
}

fn field_fits(registry: &Registry, field: &MetaInputValue, given: Option<&Value>) -> bool {
    let Some(declared) = Type::new(&field.ty) else {
        return true;
    };
    match given {
        Some(value) => fits(registry, &declared, value),
        None => declared.nullable || field.default_value.is_some(),
    }
}
