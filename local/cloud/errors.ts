/** A request that the cloud refuses, in the form of DigitalOcean's API: status, id and message. */
export class ApiError extends Error {
  constructor(readonly status: 403 | 404 | 409 | 412 | 422, message: string) {
    super(`${status} ${ids[status]}: ${message}`);
  }
}

const ids = { 403: "forbidden", 404: "not_found", 409: "conflict", 412: "precondition_failed", 422: "unprocessable_entity" } as const;

/** The request names something that does not exist. */
export const notFound = (what: string, id: string | number): ApiError => new ApiError(404, `there is no ${what} ${id}`);

/** The request is well-formed but cannot be met. */
export const unprocessable = (message: string): ApiError => new ApiError(422, message);

/** The request contradicts what exists. */
export const conflict = (message: string): ApiError => new ApiError(409, message);

/** The request asks for something that is not allowed. */
export const forbidden = (message: string): ApiError => new ApiError(403, message);
