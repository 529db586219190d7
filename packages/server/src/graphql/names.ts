/** `workflow_step_id` as `workflowStepId`: GraphQL writes names so, the rest of the wire does not. */
export function camelCase(name: string): string {
  return name.replace(/[_.]+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `task.submit` as `TaskSubmit`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}
