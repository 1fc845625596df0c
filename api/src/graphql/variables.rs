//! Checking the variables of a request against what its operation declares (GraphQL, section 6.1.2), and the arguments
//! that they become (section 6.4.1), before anything of it runs.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type,
};
use async_graphql::registry::{MetaInputValue, MetaType, Registry};
use async_graphql::{Name, Variables};
use async_graphql_value::{ConstValue, Value};

use super::documents::Document;

/// What an operation declares and asks for.
pub(super) struct Asked {
    variables: Vec<Variable>,
    mutation: bool,
    arguments: Vec<Argument>,
}

struct Variable {
    name: Name,
    declared: Type,
    default: Option<ConstValue>,
}

/// An argument of a field of the root type.
struct Argument {
    field: Name,
    name: Name,
    value: Value,
}

impl Asked {
    pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let variables = operation.variable_definitions.iter().map(|definition| Variable {
            name: definition.node.name.node.clone(),
            declared: definition.node.var_type.node.clone(),
            default: definition.node.default_value.as_ref().map(|value| value.node.clone()),
        });
        let mut collector = Collector {
            document,
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
}

/// An operation with the values that the request gives.
pub(super) struct Given {
    pub document: Arc<Document>,
    pub variables: Variables,
    /// Whether validation has nothing to say of it any more.
    pub is_valid: bool,
}

impl Given {
    /// The first variable that is missing or does not fit, in words.
    pub(super) fn check_variables(&self, registry: &Registry) -> Result<(), String> {
        for Variable {
            name,
            declared,
            default,
        } in &self.document.asked.variables
        {
            let given = self.variables.get(name);
            let fits = match given {
                Some(value) => fits(registry, declared, value),
                None => declared.nullable || default.is_some(),
            };
            if !fits {
                let problem = if given.is_some() {
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
        let asked = &self.document.asked;
        let root = if asked.mutation {
            registry.mutation_type.as_deref()
        } else {
            Some(registry.query_type.as_str())
        };
        let Some(MetaType::Object { fields, .. }) = root.and_then(|root| registry.types.get(root)) else {
            return Ok(());
        };
        for Argument { field, name, value } in &asked.arguments {
            let declared = fields
                .get(field.as_str())
                .and_then(|field| field.args.get(name.as_str()));
            let declared = declared.and_then(|argument| Type::new(&argument.ty));
            let value = value
                .clone()
                .into_const_with(|name| Ok::<_, Infallible>(self.value_of(&name)));
            let Ok(value) = value;
            if let Some(declared) = declared.filter(|declared| !fits(registry, declared, &value)) {
                return Err(format!(
                    "Argument \"{name}\" of \"{field}\" does not fit its type \"{declared}\"."
                ));
            }
        }
        Ok(())
    }

    /// The value of a variable; one that is neither given nor has a default is null.
    fn value_of(&self, name: &Name) -> ConstValue {
        let default = || {
            let mut declared = self.document.asked.variables.iter();
            declared.find(|variable| variable.name == *name)?.default.clone()
        };
        self.variables
            .get(name)
            .cloned()
            .or_else(default)
            .unwrap_or(ConstValue::Null)
    }
}

struct Collector<'a> {
    document: &'a ExecutableDocument,
    seen: HashSet<&'a Name>,
    arguments: Vec<Argument>,
}

impl<'a> Collector<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        self.arguments.push(Argument {
                            field: field.node.name.node.clone(),
                            name: name.node.clone(),
                            value: value.node.clone(),
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
}

fn fits(registry: &Registry, declared: &Type, value: &ConstValue) -> bool {
    if matches!(value, ConstValue::Null) {
        return declared.nullable;
    }
    match (&declared.base, value) {
        (BaseType::List(element), ConstValue::List(values)) => {
            values.iter().all(|value| fits(registry, element, value))
        }
        (BaseType::List(element), single) => fits(registry, element, single),
        (BaseType::Named(name), value) => fits_named(registry, name, value),
    }
}

fn fits_named(registry: &Registry, name: &str, value: &ConstValue) -> bool {
    match registry.types.get(name) {
        Some(MetaType::Scalar {
            is_valid: Some(is_valid),
            ..
        }) => is_valid(value),
        Some(MetaType::Enum { enum_values, .. }) => match value {
            ConstValue::Enum(name) => enum_values.contains_key(name.as_str()),
            ConstValue::String(name) => enum_values.contains_key(name.as_str()),
            _ => false,
        },
        Some(MetaType::InputObject { input_fields, .. }) => match value {
            ConstValue::Object(given) => {
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

fn field_fits(registry: &Registry, field: &MetaInputValue, given: Option<&ConstValue>) -> bool {
    let Some(declared) = Type::new(&field.ty) else {
        return true;
    };
    match given {
        Some(value) => fits(registry, &declared, value),
        None => declared.nullable || field.default_value.is_some(),
    }
}
