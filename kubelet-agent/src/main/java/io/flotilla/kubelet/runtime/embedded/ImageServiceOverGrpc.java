package io.flotilla.kubelet.runtime.embedded;

import io.flotilla.proto.cri.ImageFsInfoRequest;
import io.flotilla.proto.cri.ImageFsInfoResponse;
import io.flotilla.proto.cri.ImageServiceGrpc;
import io.flotilla.proto.cri.ImageStatusRequest;
import io.flotilla.proto.cri.ImageStatusResponse;
import io.flotilla.proto.cri.ListImagesRequest;
import io.flotilla.proto.cri.ListImagesResponse;
import io.flotilla.proto.cri.PullImageRequest;
import io.flotilla.proto.cri.PullImageResponse;
import io.flotilla.proto.cri.RemoveImageRequest;
import io.flotilla.proto.cri.RemoveImageResponse;
import io.grpc.stub.StreamObserver;

/** CRI's ImageService over {@link Images}. */
final class ImageServiceOverGrpc extends ImageServiceGrpc.ImageServiceImplBase {

    private final Images images;

    ImageServiceOverGrpc(Images images) {
        this.images = images;
    }

    @Override
    public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
        Calls.answer(observer, () -> {
            String wanted = request.getFilter().getImage().getImage();
            return ListImagesResponse.newBuilder()
                    .addAllImages(
                            wanted.isEmpty()
                                    ? images.images()
                                    : images.image(wanted).stream().toList())
                    .build();
        });
    }

    @Override
    public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> observer) {
        Calls.answer(observer, () -> {
            var reply = ImageStatusResponse.newBuilder();
            String wanted = request.getImage().getImage();
            images.image(wanted).ifPresent(image -> {
                reply.setImage(image);
                if (request.getVerbose()) {
                    reply.putAllInfo(images.info(wanted));
                }
            });
            return reply.build();
        });
    }

    @Override
    public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> observer) {
        Calls.answer(
                observer,
                () -> PullImageResponse.newBuilder()
                        .setImageRef(images.pull(request.getImage().getImage(), request.getSandboxConfig()))
                        .build());
    }

    @Override
    public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> observer) {
        Calls.answer(observer, () -> {
            images.remove(request.getImage().getImage());
            return RemoveImageResponse.getDefaultInstance();
        });
    }

    @Override
    public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> observer) {
        Calls.answer(observer, () -> {
            var usage = images.filesystem();
            return ImageFsInfoResponse.newBuilder()
                    .addImageFilesystems(usage)
                    .addContainerFilesystems(usage)
                    .build();
        });
    }
}
