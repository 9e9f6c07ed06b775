/** Generates the OpenAPI document of the intake. */
export const openApi = {
  path: 'docs/openapi.json',
  print: async () => {
    const { openApiDocument } = await import('../../apps/intake/dist/routes.js');
    return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  },
};
