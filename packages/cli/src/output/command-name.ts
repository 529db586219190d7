/** How the command is called where it was called from, for hints that can be copied: npm puts it on no path. */
export const commandName = process.env['npm_command'] === undefined ? 'tasker' : 'npx tasker';
