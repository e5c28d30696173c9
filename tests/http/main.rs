//! The HTTP side over real connections, with a small schema of its own whose resolvers misbehave on demand.

mod access;
mod audits;
mod bodies;
mod compression;
mod console;
mod cross_origin;
mod documents;
mod failures;
mod graphiql;
mod health;
mod logs;
mod methods;
mod metrics;
mod negotiation;
mod nulls;
mod reports;
mod resistance;
mod schema;
mod support;
mod trusted;
