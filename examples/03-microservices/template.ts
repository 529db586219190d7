import { templateIn } from '../shared/read-template.ts';

export const userRegistrationTemplate = templateIn(new URL('user-registration.yaml', import.meta.url));
