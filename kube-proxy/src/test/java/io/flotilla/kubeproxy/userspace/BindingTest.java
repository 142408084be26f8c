package io.flotilla.kubeproxy.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.kubeproxy.service.Listen;
import io.flotilla.kubeproxy.service.Protocol;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class BindingTest {

    /** Who is told takes a lock that others hold while they ask: a lock of the binding's own would be one too many. */
    @Test
    void othersMayAskWhileOneIsTold() throws Exception {
        Listen listen = Sockets.free(Protocol.TCP);
        AtomicReference<Binding> asked = new AtomicReference<>();
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        Binding.BindListener told = new Binding.BindListener() {
            @Override
            public void bound(Listen address) {
                answered.complete(
                        CompletableFuture.supplyAsync(() -> asked.get().isBound())
                                .orTimeout(30, TimeUnit.SECONDS)
                                .handle((_, failure) -> failure == null)
                                .join());
            }

            @Override
            public void failed(Listen address, Throwable cause) {}
        };
        try (Transport transport = new Transport(Duration.ofSeconds(1))) {
            Binding binding = new Binding(
                    listen,
                    transport.nextLoop(),
                    () -> transport
                            .tcpServer(new ChannelInboundHandlerAdapter())
                            .bind(Transport.address(listen)),
                    told);
            asked.set(binding);
            binding.start();

            assertThat(answered.get(60, TimeUnit.SECONDS)).isTrue();
            binding.close();
        }
    }
}
