import type { DescFile, Registry } from '@bufbuild/protobuf';
import { create, createRegistry, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
} from '../../../proto/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection, ServerReflectionResponseSchema } from '../../../proto/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as ServerReflectionAlpha } from '../../../proto/grpc/reflection/v1alpha/reflection_pb.js';
import { file_plcemu_v1_error } from '../../../proto/plcemu/v1/error_pb.js';
import { file_google_rpc_error_details } from '../../../proto/google/rpc/error_details_pb.js';
import type { RegisteredService } from '../services/registry.js';
import { register } from '../services/registry.js';

type Answer = ServerReflectionResponse['messageResponse'];

/**
 * Reflection, v1 and v1alpha (same messages but for the package), over the descriptors of the services and of reflection
 * itself. Custom options come through, because the descriptors are handed out as they were generated.
 */
export function createReflection(services: readonly RegisteredService[]): readonly RegisteredService[] {
  const described = [...services.map((s) => s.service), ServerReflection, ServerReflectionAlpha];
  // Details of statuses are named by no method; tools look them up by the name of the message.
  const files = closure([...described.map((s) => s.file), file_google_rpc_error_details, file_plcemu_v1_error]);
  const registry = createRegistry(...files.values());
  const answer = (request: ServerReflectionRequest): ServerReflectionResponse =>
    create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answerTo(
        request.messageRequest,
        described.map((s) => s.typeName),
        files,
        registry,
      ),
    });
  return [
    register(ServerReflection, {
      async *serverReflectionInfo(requests) {
        for await (const request of requests) yield answer(request);
      },
    }),
    register(ServerReflectionAlpha, {
      async *serverReflectionInfo(requests) {
        for await (const request of requests) {
          const { messageRequest, host } = request;
          const { messageResponse } = answer({ host, messageRequest } as unknown as ServerReflectionRequest);
          yield { validHost: host, originalRequest: request, messageResponse } as never;
        }
      },
    }),
  ];
}

/** Files by name, with all they import. */
function closure(roots: readonly DescFile[]): Map<string, DescFile> {
  const files = new Map<string, DescFile>();
  const add = (file: DescFile): void => {
    if (files.has(file.proto.name)) return;
    file.dependencies.forEach(add);
    files.set(file.proto.name, file);
  };
  roots.forEach(add);
  return files;
}

function answerTo(
  request: ServerReflectionRequest['messageRequest'],
  serviceNames: readonly string[],
  files: ReadonlyMap<string, DescFile>,
  registry: Registry,
): Answer {
  switch (request.case) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: serviceNames.map((name) => ({ name })) } } as Answer;
    case 'fileByFilename':
      return fileAnswer(files.get(request.value));
    case 'fileContainingSymbol':
      return fileAnswer(fileOfSymbol(request.value, registry, files));
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = request.value;
      return fileAnswer(extensionsOf(containingType, files).find((e) => e.number === extensionNumber)?.file);
    }
    case 'allExtensionNumbersOfType': {
      const numbers = extensionsOf(request.value, files).map((e) => e.number);
      return {
        case: 'allExtensionNumbersResponse',
        value: { baseTypeName: request.value, extensionNumber: numbers },
      } as Answer;
    }
    default:
      return { case: 'errorResponse', value: { errorCode: 3, errorMessage: 'the request asks nothing' } } as Answer;
  }
}

/** Messages, enums, services and extensions by name; methods, fields and enum values by the name of what holds them. */
function fileOfSymbol(symbol: string, registry: Registry, files: ReadonlyMap<string, DescFile>): DescFile | undefined {
  const found = registry.get(symbol) ?? registry.get(symbol.slice(0, symbol.lastIndexOf('.')));
  if (found) return found.file;
  return [...files.values()].find((file) =>
    file.enums.some((e) => e.values.some((v) => `${file.proto.package}.${v.name}` === symbol)),
  );
}

function extensionsOf(typeName: string, files: ReadonlyMap<string, DescFile>): { number: number; file: DescFile }[] {
  return [...files.values()].flatMap((file) =>
    file.extensions.filter((e) => e.extendee.typeName === typeName).map((e) => ({ number: e.number, file })),
  );
}

function fileAnswer(file: DescFile | undefined): Answer {
  if (!file)
    return {
      case: 'errorResponse',
      value: { errorCode: 5, errorMessage: 'there is no such file or symbol' },
    } as Answer;
  return {
    case: 'fileDescriptorResponse',
    value: { fileDescriptorProto: [toBinary(FileDescriptorProtoSchema, file.proto)] },
  } as Answer;
}
