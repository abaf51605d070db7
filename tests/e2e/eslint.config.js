// The rules of the web interface, less those about what people see and press.
import rules from '../../web/eslint.config.js';

export default [...rules, { files: ['**/*.ts'], rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' } }];
