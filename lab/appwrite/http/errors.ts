/** Type → the status and message that Appwrite 1.8.1 answers with when it has nothing more exact to say. */
const kinds = {
  general_unknown: [500, "Server Error"],
  general_argument_invalid: [400, "The request contains one or more invalid arguments."],
  general_bad_request: [400, "There was an error processing your request. Please check the inputs and try again."],
  general_query_invalid: [400, "The query's syntax is invalid. Please check the query and try again."],
  general_cursor_not_found: [400, "The cursor is invalid."],
  general_route_not_found: [404, "Route not found. Please ensure the endpoint is configured correctly."],
  general_unauthorized_scope: [401, "The current user or API key does not have the required scopes."],
  user_unauthorized: [401, "The current user is not authorized to perform the requested action."],
  project_not_found: [404, "Project with the requested ID could not be found."],
  project_key_expired: [401, "The project key has expired. Please generate a new key using the Appwrite console."],
  database_not_found: [404, "Database not found"],
  database_already_exists: [409, "Database already exists"],
  database_query_order_null: [400, "The order column had a null value."],
  table_not_found: [404, "Table with the requested ID could not be found."],
  table_already_exists: [409, "A table with the requested ID already exists."],
  column_not_found: [404, "Column with the requested ID could not be found."],
  column_unknown: [400, "The column required for the index could not be found."],
  column_not_available: [400, "The requested column is not yet available. Please try again later."],
  column_default_unsupported: [400, "Default values cannot be set for array or required columns."],
  column_already_exists: [409, "Column with the requested key already exists."],
  column_limit_exceeded: [400, "The maximum number or size of columns for this table has been reached."],
  column_value_invalid: [400, "The column value is invalid. Please check the type, range and value of the column."],
  column_invalid_resize: [400, "Existing data is too large for new size, truncate your existing data then try again."],
  column_index_invalid: [400, "Index invalid."],
  column_index_not_found: [404, "Index with the requested ID could not be found."],
  column_index_already_exists: [409, "Index with the requested key already exists. Try again with a different key."],
  column_index_limit_exceeded: [400, "The maximum number of indexes has been reached."],
  row_not_found: [404, "Row with the requested ID could not be found."],
  row_already_exists: [409, "Row with the requested ID already exists."],
  row_invalid_structure: [400, "The row structure is invalid. Please ensure the columns match the table definition."],
  row_missing_data: [400, "The row data is missing. Try again with row data populated"],
  row_missing_payload: [400, "The row data and permissions are missing."],
  function_not_found: [404, "Function with the requested ID could not be found."],
  function_already_exists: [409, "Function with the requested ID already exists."],
  function_entrypoint_missing: [404, "Entrypoint for your Appwrite Function is missing."],
  function_synchronous_timeout: [408, "Synchronous function execution timed out. Use asynchronous execution instead."],
  build_not_ready: [400, "Build with the requested ID is building and not ready for execution."],
  build_already_completed: [400, "Build with the requested ID is already completed and cannot be canceled."],
  deployment_not_found: [404, "Deployment with the requested ID could not be found."],
  execution_not_found: [404, "Execution with the requested ID could not be found."],
  execution_in_progress: [
    400,
    "Can't delete ongoing execution. Please wait for execution to finish before deleting it.",
  ],
  variable_not_found: [404, "Variable with the requested ID could not be found."],
  variable_already_exists: [409, "Variable with the same ID already exists in this project."],
  variable_cannot_unset_secret: [400, "Secret variables cannot be marked as non-secret."],
  storage_file_empty: [400, "Empty file passed to the endpoint."],
  storage_file_type_unsupported: [400, "The given file extension is not supported."],
  storage_invalid_content_range: [400, "The content range is invalid."],
  storage_invalid_file_size: [400, "The file size is either not valid or exceeds the maximum allowed size."],
  topic_not_found: [404, "Topic with the request ID could not be found."],
  topic_already_exists: [409, "Topic with the request ID already exists."],
  user_target_not_found: [404, "The target could not be found."],
  message_not_found: [404, "Message with the requested ID could not be found."],
  message_missing_target: [400, "Message with the requested ID has no recipients (topics or users or targets)."],
  message_target_not_push: [400, "Message with the target ID is not a push target."],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorType = keyof typeof kinds;

/** What a request is answered with when it cannot be done: `{ message, code, type, version }`. */
export class AppwriteError extends Error {
  /** HTTP status, and the body's `code`. */
  readonly code: number;

  constructor(
    readonly type: ErrorType,
    message?: string,
  ) {
    super(message ?? kinds[type][1]);
    this.code = kinds[type][0];
  }
}
